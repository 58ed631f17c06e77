package web

// maxPictures bounds how many photographs are decoded at once: each may take 256 MiB for a moment.
const maxPictures = 2

// withPicture runs work that decodes a photograph, when its turn has come.
func (c *call) withPicture(work func() error) error {
	select {
	case c.server.pictures <- struct{}{}:
		defer func() { <-c.server.pictures }()
		return work()
	case <-c.ctx.Done():
		return c.ctx.Err()
	}
}
