// Package area knows the administrative divisions of China and reads the
// State Council's risk-area query into area history.
//
// Codes are those of GB/T 2260: two digits name a province, four a city
// (prefecture level), six a county (county, district, county-level city,
// banner). Development zones that the statistical division list counts as
// counties have codes of their own (fifth digit 7). Hong Kong, Macao and
// Taiwan are one county each: 810000, 820000 and 710000.
package area
