package api

// Version is the version of the OpenAPI document: the first number changes with
// what breaks a caller, the second with what is added, the third with words. A
// test compares the document with openapi.json and asks for a new version.
const Version = "1.8.0"
