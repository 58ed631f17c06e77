package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"healthcode/policies"
	"healthcode/policy"
)

// finder finds policies by name (beijing, beijing@2020-03) or by directory.
// Each is read and compiled once.
type finder struct {
	published *policy.Set
	dirs      map[string]*policy.Set
}

func newFinder() (*finder, error) {
	set, err := policy.Load(policies.FS)
	if err != nil {
		return nil, fmt.Errorf("reading the published policies: %w", err)
	}
	return &finder{published: set, dirs: map[string]*policy.Set{}}, nil
}

// found is a policy and, where no version was named, the versions around it.
type found struct {
	*policy.Policy
	versions *policy.Set
}

// find returns what ref names. Without a version it is the one in force at an
// instant; a zero instant means the newest.
func (f *finder) find(ref string, at time.Time) (found, error) {
	name, version, named := strings.Cut(ref, "@")
	set, dir := f.published, ""
	if len(set.Versions(name)) == 0 {
		var err error
		if dir, version, named = splitDir(ref); dir == "" {
			return found{}, fmt.Errorf("policy %q: neither a published policy (%s) nor a directory; healthcode policy list tells more",
				ref, strings.Join(set.Jurisdictions(), ", "))
		}
		if set, err = f.dir(dir); err != nil {
			return found{}, err
		}
		if names := set.Jurisdictions(); len(names) != 1 {
			return found{}, fmt.Errorf("policy %q: the directory holds %s; name the directory of one of them", ref, strings.Join(names, ", "))
		}
		name = set.Jurisdictions()[0]
	}
	versions := set.Versions(name)
	switch {
	case named:
		p, err := set.Find(name+"@"+version, at)
		return found{Policy: p}, err
	case dir != "" && isFile(filepath.Join(dir, policy.FileName)):
		return found{Policy: versions[0]}, nil
	case at.IsZero():
		return found{Policy: versions[len(versions)-1]}, nil
	}
	p, err := set.Find(name, at)
	return found{p, set}, err
}

func (f *finder) dir(dir string) (*policy.Set, error) {
	if set, ok := f.dirs[dir]; ok {
		return set, nil
	}
	set, err := loadDir(dir)
	if err != nil {
		return nil, err
	}
	f.dirs[dir] = set
	return set, nil
}

// loadDir reads the policies of a directory: the one that stands in it, or else
// those below it. Findings name files as they are found from here.
func loadDir(dir string) (*policy.Set, error) {
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("reading policies: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("reading policies: %s is no directory; name the one that holds %s", dir, policy.FileName)
	}
	return policy.LoadDir(dir)
}

// splitDir splits DIR and DIR@version; dir is "" where there is no such directory.
func splitDir(ref string) (dir, version string, named bool) {
	if isDir(ref) {
		return ref, "", false
	}
	if filepath.Base(ref) == policy.FileName && isFile(ref) {
		return filepath.Dir(ref), "", false
	}
	if i := strings.LastIndex(ref, "@"); i > 0 && isDir(ref[:i]) {
		return ref[:i], ref[i+1:], true
	}
	return "", "", false
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && !info.IsDir()
}
