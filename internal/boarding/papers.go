package boarding

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"healthcode"
)

// Upload adds a paper for an item. What a machine can prove counts at once, and a statement is issued once nothing is
// missing. Papers for the same item that were to be corrected are replaced.
func (s *Service) Upload(ctx context.Context, a healthcode.Actor, id, item string, data []byte) (*Application, error) {
	app, err := s.Own(ctx, a, id)
	if err != nil {
		return nil, err
	}
	switch _, ok := app.item(item); {
	case app.Problem != nil:
		return nil, app.Problem
	case app.State == healthcode.ApplicationRefused:
		return nil, refused()
	case app.State == healthcode.ApplicationAccepted:
		return nil, healthcode.Errorf(healthcode.CodeConflict, "", "声明已经签发，不需要更多材料。", "The statement has been issued; nothing more is needed.")
	case !ok:
		return nil, wrong("item", "请选择这份材料对应的要求。", "Choose what this paper is for.")
	case len(app.Papers) >= maxEver || len(app.current()) >= maxPapers:
		return nil, healthcode.Errorf(healthcode.CodeTooMany, fieldFile, "上传的材料太多，请先删除不需要的。", "There are too many papers; remove those that aren't needed.")
	}
	paper, stored, err := s.take(ctx, app, item, data)
	if err != nil {
		return nil, err
	}
	if err := s.store.PutPaper(ctx, stored); err != nil {
		return nil, fmt.Errorf("storing a paper: %w", err)
	}
	for i := range app.Papers {
		if p := &app.Papers[i]; p.Item == item && p.State == PaperCorrection {
			p.State = PaperReplaced
		}
	}
	app.Papers = append(app.Papers, paper)
	now := s.Clock.Now()
	app.Events = append(app.Events, Event{At: now, Role: a.Role, Kind: "uploaded", Text: item})
	from, _ := s.rules.Airport(app.Flight.From)
	s.measure(app, from, now)
	if err := s.settle(ctx, app); err != nil {
		return nil, errors.Join(err, s.store.DeletePaper(ctx, stored.ID))
	}
	return app, nil
}

// take checks and reads a file.
func (s *Service) take(ctx context.Context, app *Application, item string, data []byte) (Paper, healthcode.ApplicationPaper, error) {
	select {
	case s.reading <- struct{}{}:
		defer func() { <-s.reading }()
	case <-ctx.Done():
		return Paper{}, healthcode.ApplicationPaper{}, ctx.Err()
	}
	f, err := checkFile(data)
	if err != nil {
		return Paper{}, healthcode.ApplicationPaper{}, err
	}
	now := s.Clock.Now()
	paper := Paper{ID: newID(), Item: item, Type: f.kind, Size: len(f.data), Uploaded: now, State: PaperWaiting}
	r := reader{codes: &s.rules.Codes}
	if s.Verifier != nil {
		if r.verifier, err = s.Verifier(ctx); err != nil {
			return Paper{}, healthcode.ApplicationPaper{}, fmt.Errorf("reading the trust lists: %w", err)
		}
	}
	// From the file as it came: encoding a picture anew may cost a small code its edges.
	if paper.Reading, paper.Evidence = r.read(data, app.Person, now); paper.Reading.Genuine() && len(paper.Evidence) > 0 {
		paper.State = PaperVerified
	} else {
		paper.Evidence = nil
	}
	return paper, healthcode.ApplicationPaper{ID: paper.ID, Application: app.ID, Person: app.Application.Person, Data: f.data, DeleteAfter: app.end()}, nil
}

// Withdraw takes a paper back and deletes its file.
func (s *Service) Withdraw(ctx context.Context, a healthcode.Actor, id, paper string) (*Application, error) {
	app, err := s.Own(ctx, a, id)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(app.Papers, func(p Paper) bool { return p.ID == paper && p.State != PaperReplaced })
	if i < 0 {
		return nil, noPaper()
	}
	if app.State == healthcode.ApplicationAccepted || app.State == healthcode.ApplicationRefused {
		return nil, healthcode.Errorf(healthcode.CodeConflict, "", "申请已经办结，材料不能再撤回。", "The application has been decided; papers can't be taken back any more.")
	}
	app.Papers[i].State = PaperReplaced
	app.Events = append(app.Events, Event{At: s.Clock.Now(), Role: a.Role, Kind: "withdrawn", Text: app.Papers[i].Item})
	from, _ := s.rules.Airport(app.Flight.From)
	s.measure(app, from, s.Clock.Now())
	if err := s.settle(ctx, app); err != nil {
		return nil, err
	}
	return app, s.store.DeletePaper(ctx, paper)
}

func noPaper() error {
	return healthcode.Errorf(healthcode.CodeNotFound, "", "没有这份材料，或已按规定删除。", "There is no such paper, or it has been deleted as its retention is over.")
}

// OwnPaper returns the file of one of the traveller's papers, and its media type. CodeNotFound.
func (s *Service) OwnPaper(ctx context.Context, a healthcode.Actor, id, paper string) ([]byte, string, error) {
	app, err := s.Own(ctx, a, id)
	if err != nil {
		return nil, "", err
	}
	return s.paper(ctx, app, paper)
}

func (s *Service) paper(ctx context.Context, app *Application, id string) ([]byte, string, error) {
	i := slices.IndexFunc(app.Papers, func(p Paper) bool { return p.ID == id })
	if i < 0 {
		return nil, "", noPaper()
	}
	stored, err := s.store.Paper(ctx, id)
	if err != nil && healthcode.CodeOf(err) == healthcode.CodeNotFound || err == nil && stored.Application != app.ID {
		return nil, "", noPaper()
	}
	return stored.Data, app.Papers[i].Type, err
}
