//go:build !linux && !darwin

package main

import "errors"

// diskRoom isn't known here.
func diskRoom(string) (free, size uint64, err error) { return 0, 0, errors.ErrUnsupported }
