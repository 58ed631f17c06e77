package api

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"healthcode"
	"healthcode/policy"
)

// published is a policy with its file, and the file as JSON.
type published struct {
	*policy.Policy
	file []byte
	json any
}

// publish reads the file of every policy. What is published must be what is
// evaluated, so its hash must be the policy's.
func (s *Server) publish() error {
	for _, p := range s.Status.Policies().Policies() {
		file, err := s.PolicyFile(p)
		if err != nil {
			return fmt.Errorf("policy %s: reading its file: %w", p.Ref(), err)
		}
		if sum := sha256.Sum256(file); hex.EncodeToString(sum[:]) != p.SHA256 {
			return fmt.Errorf("policy %s: its file has changed since it was loaded; publish it as a new version", p.Ref())
		}
		value, err := yamlValue(file)
		if err != nil {
			return fmt.Errorf("policy %s: %w", p.Ref(), err)
		}
		s.policies = append(s.policies, published{p, file, value})
	}
	return nil
}

func (s *Server) policyRoutes() []Route {
	return []Route{
		handle(http.MethodGet, "/v1/policies", "list-policies", "Every version of every jurisdiction's policy", s.listPolicies, public),
		handle(http.MethodGet, "/v1/policies/{jurisdiction}", "get-policy-in-force", "The policy in force: rules, texts, doors", s.policyInForce, public),
		handle(http.MethodGet, "/v1/policies/{jurisdiction}/{version}", "get-policy", "One version of a policy: rules, texts, doors", s.policyVersion, public, cacheable),
		document(http.MethodGet, "/v1/policies/{jurisdiction}/{version}/policy.yaml", "get-policy-file", "The policy as it was published",
			[]string{"application/yaml"}, s.policyYAML, public, cacheable, about("The SHA-256 of these bytes stands beside every status that the policy gives.")),
	}
}

// PolicySummary names one version of a policy.
type PolicySummary struct {
	Jurisdiction string          `json:"jurisdiction" example:"beijing"`
	Version      string          `json:"version" example:"2022-04"`
	Name         healthcode.Text `json:"name"`
	From         time.Time       `json:"from" doc:"In force from"`
	Until        time.Time       `json:"until" doc:"In force until, exclusive"`
	InForce      bool            `json:"in_force" doc:"In force now"`
	SHA256       string          `json:"sha256" doc:"Of the published file"`
}

// PolicyDocument is a policy with everything that it says.
type PolicyDocument struct {
	PolicySummary
	Document any `json:"document" doc:"The published file as JSON; docs/policy.md describes its fields"`
}

// PolicyList is every version, by jurisdiction and start.
type PolicyList struct {
	Policies []PolicySummary `json:"policies"`
}

type inJurisdiction struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
}

type ofVersion struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	Version      string `path:"version" maxLength:"32" example:"2022-04"`
}

func (s *Server) listPolicies(c *call, _ *none) (PolicyList, error) {
	list := PolicyList{Policies: []PolicySummary{}}
	for _, p := range s.policies {
		list.Policies = append(list.Policies, p.summary(c.now()))
	}
	return list, nil
}

func (s *Server) policyInForce(c *call, in *inJurisdiction) (PolicyDocument, error) {
	p, err := s.Status.Policy(in.Jurisdiction)
	if err != nil {
		return PolicyDocument{}, err
	}
	return s.policyVersion(c, &ofVersion{p.Jurisdiction, p.Version})
}

func (s *Server) policyVersion(c *call, in *ofVersion) (PolicyDocument, error) {
	p, err := s.published(in.Jurisdiction, in.Version)
	if err != nil {
		return PolicyDocument{}, err
	}
	return p.document(c.now()), nil
}

func (s *Server) policyYAML(_ *call, in *ofVersion) (file, error) {
	p, err := s.published(in.Jurisdiction, in.Version)
	return file{"application/yaml", p.file}, err
}

func (s *Server) published(jurisdiction, version string) (published, error) {
	for _, p := range s.policies {
		if p.Jurisdiction == jurisdiction && p.Version == version {
			return p, nil
		}
	}
	return published{}, healthcode.Errorf(healthcode.CodeNotFound, "version", "没有这个版本的政策。", "There is no such policy; /v1/policies lists them.")
}

func (p published) summary(now time.Time) PolicySummary {
	return PolicySummary{Jurisdiction: p.Jurisdiction, Version: p.Version, Name: p.Name,
		From: p.From, Until: p.Until, InForce: p.InForceAt(now), SHA256: p.SHA256}
}

func (p published) document(now time.Time) PolicyDocument {
	return PolicyDocument{p.summary(now), p.json}
}

// hasJurisdiction refuses a jurisdiction without a policy.
func (s *Server) hasJurisdiction(jurisdiction string) error {
	if len(s.Status.Policies().Versions(jurisdiction)) > 0 {
		return nil
	}
	return healthcode.Errorf(healthcode.CodeNotFound, "jurisdiction", "这里没有这个地方的健康码。", "There is no health code for this place here.")
}
