// Package api serves the JSON API under /v1, described by the OpenAPI document
// at /v1/openapi.json, with the addresses that machines look for: the public
// pass keys, health, readiness and metrics.
//
// Every route stands in one table with the roles that may use it ([Route]). A
// route that isn't in the table doesn't exist, and one without roles can't be
// built. Errors are problem documents (RFC 9457) whose code never changes.
package api
