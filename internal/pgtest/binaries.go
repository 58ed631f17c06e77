package pgtest

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// binFolders are where packages put the server's binaries, one folder for each version.
var binFolders = []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin"}

// errMissing tells how to get the binaries.
var errMissing = errors.New("PostgreSQL's server is not installed: run scripts/tools.sh, or apt-get install postgresql")

// binaries returns the folder of the newest version's initdb and postgres.
func binaries() (string, error) {
	newest, folder := -1.0, ""
	for _, pattern := range binFolders {
		found, err := filepath.Glob(pattern)
		if err != nil {
			return "", err
		}
		for _, dir := range found {
			if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
				continue // a package of clients alone
			}
			if v := version(dir); v > newest {
				newest, folder = v, dir
			}
		}
	}
	if folder == "" {
		return "", errMissing
	}
	return folder, nil
}

// version reads the number in a folder such as /usr/lib/postgresql/15/bin.
func version(dir string) float64 {
	name := filepath.Base(filepath.Dir(dir))
	for len(name) > 0 && (name[0] < '0' || name[0] > '9') {
		name = name[1:]
	}
	v, _ := strconv.ParseFloat(name, 64)
	return v
}

// account is whom the server runs as: it refuses to run as root.
type account struct {
	name string
	ids  *syscall.Credential // nil: as the tests themselves
	uid  int
	gid  int
}

func unprivileged() (account, error) {
	if os.Geteuid() != 0 {
		me, err := user.Current()
		if err != nil {
			return account{}, err
		}
		return account{name: me.Username, uid: os.Geteuid(), gid: os.Getegid()}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.Atoi(u.Uid)
		gid, errGID := strconv.Atoi(u.Gid)
		if err := errors.Join(errUID, errGID); err != nil {
			return account{}, err
		}
		return account{name: name, uid: uid, gid: gid, ids: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return account{}, fmt.Errorf("the tests run as root, PostgreSQL refuses to, and there is neither a user postgres nor nobody")
}
