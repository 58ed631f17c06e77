//go:build linux || darwin

package main

import "syscall"

// diskRoom returns how many bytes of the disk of a path are free for us, and how many there are.
func diskRoom(path string) (free, size uint64, err error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return 0, 0, err
	}
	return s.Bavail * uint64(s.Bsize), s.Blocks * uint64(s.Bsize), nil
}
