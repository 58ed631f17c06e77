package web

import (
	"context"
	"net/http"
	"path"

	"healthcode/internal/trustlist"
)

// Trust is what the verifier's page and the published lists need.
type Trust interface {
	Bundle(ctx context.Context) (trustlist.Bundle, error)
	OwnRevocations(ctx context.Context) (trustlist.Revocations, error)
	DID(ctx context.Context, host, path string) ([]byte, error)
}

// Where our own keys and revocations are published. The second address has the form of the WHO's network.
const (
	didPath         = "/.well-known/did.json"
	didNetworkPath  = "/v2/trustlist/did.json"
	revocationsPath = "/.well-known/health-revocations.json"
)

func (s *Server) verifyRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/verify", Handler: verifyPage, Camera: true, Wasm: true},
		{Method: http.MethodGet, Pattern: "/verify/trust.json", Handler: verifyBundle},
		{Method: http.MethodGet, Pattern: "/verify/worker.js", Handler: verifyWorker},
		{Method: http.MethodGet, Pattern: didPath, Handler: ownKeys("")},
		{Method: http.MethodGet, Pattern: didNetworkPath, Handler: ownKeys(":v2:trustlist")},
		{Method: http.MethodGet, Pattern: revocationsPath, Handler: ownRevocations},
	}
}

// verifyPage keeps nothing and sends nothing: what is scanned stays on the device.
func verifyPage(c *call) error { return c.page(http.StatusOK, verifyView(c.view())) }

func verifyBundle(c *call) error {
	bundle, err := c.server.Trust.Bundle(c.ctx)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, bundle)
}

func ownKeys(suffix string) func(*call) error {
	return func(c *call) error {
		document, err := c.server.Trust.DID(c.ctx, c.r.Host, suffix)
		if err != nil {
			return err
		}
		c.w.Header().Set("Content-Type", "application/did+json")
		c.w.Write(document) // who went away doesn't miss it
		return nil
	}
}

func ownRevocations(c *call) error {
	list, err := c.server.Trust.OwnRevocations(c.ctx)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, list)
}

// verifyWorker is the service worker. Its scope is the page, which lies above its own address.
func verifyWorker(c *call) error {
	file := c.server.assets.files[path.Base(c.server.assets.url("verify-worker.js"))]
	h := c.w.Header()
	h.Set("Content-Type", file.kind)
	h.Set("Service-Worker-Allowed", "/verify")
	c.w.Write(file.plain)
	return nil
}
