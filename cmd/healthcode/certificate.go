package main

import (
	"context"

	"healthcode/internal/certificatecmd"
)

func runCertificate(_ context.Context, args []string, std stdio) int {
	return certificatecmd.Run(args, std.in, std.out, std.err, std.now)
}
