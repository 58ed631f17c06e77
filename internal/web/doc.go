// Package web serves the pages: plain HTML made on the server, in every
// language of the product, without inline scripts or styles.
//
// # How to add a page
//
//  1. Write its texts with [say] in a file texts_….go beside it, Chinese and English together. A template
//     has no words of its own (a test looks), and a text without a translation fails a test.
//  2. Write the template in a .templ file: take a [view], wrap the content in @layout(v, title), and
//     use the components (badge, tag, reason, timelineFigure, input, choices, errorSummary, steps, …). Then
//     run go generate ./internal/web and commit the _templ.go file with it.
//  3. Write the handler, func(c *call) error: read the form, call the service, give c.page(status,
//     component) or c.redirect(path). An error that is returned becomes an error page; a form that
//     should show it beside its fields asks [formErrors] first.
//  4. Add a [Route] to a table that Server.Routes joins. Roles nil is a public page; anything else is
//     refused for everybody but the roles named. Camera, Location and MaxBody are asked for here too.
//
// Forms post to their own address and end in a redirect, so that nothing is sent twice. Every form works
// without scripts. Scripts are files in static/; v.assets.url names them.
package web

//go:generate go run github.com/a-h/templ/cmd/templ@v0.3.977 generate
