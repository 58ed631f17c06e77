package sqlite

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"healthcode"
)

var messageTime = time.Date(2022, 4, 28, 9, 0, 0, 0, time.UTC)

// TestMessagesOfVersion1 opens a database whose messages had no state yet.
func TestMessagesOfVersion1(t *testing.T) {
	path, keys := filepath.Join(t.TempDir(), "health.db"), newVault(t)
	db, err := open(ctx, path, 1, false)
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(ctx, 1); err != nil {
		t.Fatal(err)
	}
	phone, err := keys.Seal([]byte("+8613800138000"), []byte("message.phone:old"))
	if err != nil {
		t.Fatal(err)
	}
	body, err := keys.Seal([]byte("123456"), []byte("message.body:old"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("INSERT INTO message VALUES ('old', ?, ?, ?, 0)", phone, body, stamp(messageTime)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, path, keys)
	list, err := s.ClaimMessages(ctx, "h", messageTime, messageTime.Add(time.Minute), 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 || list[0].Phone != "+8613800138000" || list[0].Body != "123456" || list[0].State != healthcode.MessageQueued {
		t.Errorf("claimed %+v", list)
	}
}

func TestUnreadableMessageSparesTheOthers(t *testing.T) {
	s := newStore(t)
	for _, id := range []string{"a", "b"} {
		if err := s.PutMessage(ctx, healthcode.Message{ID: id, Phone: "+8613800138000", Body: "x", At: messageTime}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.write(ctx, "spoiling", func(tx *tx) error {
		_, err := tx.exec("UPDATE message SET body = x'00' WHERE id = 'a'")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		list, err := s.ClaimMessages(ctx, "h", messageTime, messageTime.Add(time.Minute), 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) != i || i == 1 && list[0].ID != "b" {
			t.Errorf("claim %d: %+v", i, list)
		}
	}
	if err := s.ChangeMessage(ctx, "a", func(m *healthcode.Message) error {
		if m.State != healthcode.MessageFailed || m.Reason != "unreadable" {
			t.Errorf("%s, %s", m.State, m.Reason)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// TestClaimsUseTheIndex keeps a claim from reading every message there is.
func TestClaimsUseTheIndex(t *testing.T) {
	s := newStore(t)
	for _, query := range claims {
		var plan []string
		err := s.read(ctx, "explaining", func(c *conn) error {
			return c.each("EXPLAIN QUERY PLAN "+query, []any{1, 2, "h", 3, 4}, func(scan scanner) error {
				var id, parent, unused int
				var detail string
				err := scan(&id, &parent, &unused, &detail)
				plan = append(plan, detail)
				return err
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(plan, "; ")
		if strings.Contains(got, "SCAN") || strings.Contains(got, "TEMP B-TREE") || !strings.Contains(got, " INDEX message_due") {
			t.Errorf("plan of %s:\n%s", query, got)
		}
	}
}
