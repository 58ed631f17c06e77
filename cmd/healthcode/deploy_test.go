package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

type tree = map[string]any

// at follows keys into a YAML tree; a number in brackets picks from a list.
func at(v any, path ...string) any {
	for _, key := range path {
		if list, ok := v.([]any); ok && key == "[0]" && len(list) > 0 {
			v = list[0]
			continue
		}
		m, ok := v.(tree)
		if !ok {
			return nil
		}
		v = m[key]
	}
	return v
}

// TestKubernetesManifest reads the manifest: every object that is needed, probes that the server answers, flags that the binary has, nothing
// mounted that isn't there, and a budget that lets servers be replaced.
func TestKubernetesManifest(t *testing.T) {
	t.Parallel()
	objects := map[string]tree{}
	dec := yaml.NewDecoder(bytes.NewReader(read(t, "deploy/kubernetes.yaml")))
	for {
		var o tree
		if err := dec.Decode(&o); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := o["kind"].(string) + " " + at(o, "metadata", "name").(string)
		if o["kind"] != "Namespace" && at(o, "metadata", "namespace") != "healthcode" {
			t.Errorf("%s is in no namespace", name)
		}
		objects[name] = o
	}
	for name, version := range map[string]string{"Namespace healthcode": "v1", "ConfigMap healthcode": "v1", "Deployment healthcode": "apps/v1", "Service healthcode": "v1",
		"PodDisruptionBudget healthcode": "policy/v1", "NetworkPolicy healthcode": "networking.k8s.io/v1", "CronJob healthcode-backup": "batch/v1",
		"PersistentVolumeClaim healthcode-log": "v1", "PersistentVolumeClaim healthcode-backup": "v1"} {
		if objects[name]["apiVersion"] != version {
			t.Fatalf("%s: version %v, want %s", name, objects[name]["apiVersion"], version)
		}
	}
	deployment := objects["Deployment healthcode"]["spec"]
	if replicas, budget := at(deployment, "replicas").(int), at(objects["PodDisruptionBudget healthcode"], "spec", "minAvailable").(int); replicas < 2 || budget < 1 || budget >= replicas {
		t.Errorf("%d servers, of which %d must stay", replicas, budget)
	}
	for probe, path := range map[string]string{"readinessProbe": "/readyz", "startupProbe": "/readyz", "livenessProbe": "/healthz"} {
		if got := at(deployment, "template", "spec", "containers", "[0]", probe, "httpGet", "path"); got != path {
			t.Errorf("%s asks %v, want %s", probe, got, path)
		}
	}
	app := at(deployment, "template", "metadata", "labels", "app")
	for _, selector := range []any{at(deployment, "selector", "matchLabels", "app"), at(objects["Service healthcode"], "spec", "selector", "app"),
		at(objects["PodDisruptionBudget healthcode"], "spec", "selector", "matchLabels", "app")} {
		if selector != app {
			t.Errorf("a selector looks for %v, and the servers are %v", selector, app)
		}
	}
	for name, pod := range map[string]any{"serve": at(deployment, "template", "spec"),
		"backup": at(objects["CronJob healthcode-backup"], "spec", "jobTemplate", "spec", "template", "spec")} {
		checkPod(t, name, pod, objects)
	}
	config := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(config, []byte(at(objects["ConfigMap healthcode"], "data", "config.yaml").(string)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := new(settings).read(config); err != nil {
		t.Error(err)
	}
}

func checkPod(t *testing.T, command string, pod any, objects map[string]tree) {
	t.Helper()
	container := at(pod, "containers", "[0]")
	var args []string
	for _, arg := range at(container, "args").([]any) {
		args = append(args, arg.(string))
	}
	if args[0] != command {
		t.Errorf("the pod runs %v, want %s", args, command)
	}
	checkCommand(t, "kubernetes.yaml", strings.Join(args, " "), command, "", "")
	if at(container, "securityContext", "allowPrivilegeEscalation") != false || at(container, "securityContext", "readOnlyRootFilesystem") != true ||
		at(pod, "securityContext", "runAsNonRoot") != true || at(pod, "automountServiceAccountToken") != false {
		t.Errorf("%s may do more than it needs", command)
	}
	if at(container, "env", "[0]", "valueFrom", "secretKeyRef", "name") != "healthcode" {
		t.Errorf("%s: the database's address, which has a password, must come from the Secret", command)
	}
	volumes := map[any]bool{}
	for _, v := range at(pod, "volumes").([]any) {
		volumes[at(v, "name")] = true
		if claim := at(v, "persistentVolumeClaim", "claimName"); claim != nil && objects["PersistentVolumeClaim "+claim.(string)] == nil {
			t.Errorf("%s: there is no claim %v", command, claim)
		}
	}
	for _, m := range at(container, "volumeMounts").([]any) {
		if !volumes[at(m, "name")] {
			t.Errorf("%s: there is no volume %v", command, at(m, "name"))
		}
	}
}

// TestContainerFile reads the file, since nothing here builds images in a test: what it copies, as whom it runs, and flags that exist.
func TestContainerFile(t *testing.T) {
	t.Parallel()
	text := string(read(t, "deploy/Containerfile"))
	known := regexp.MustCompile(`^(FROM|COPY|USER|VOLUME|EXPOSE|STOPSIGNAL|ENTRYPOINT|CMD) \S`)
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if !strings.HasPrefix(line, "#") && !known.MatchString(line) {
			t.Errorf("Containerfile:%d: %s", i+1, line)
		}
	}
	for _, want := range []string{"FROM scratch\n", "-tags nopkcs11", "USER 65532:65532\n", `ENTRYPOINT ["/healthcode"]`, "COPY bin/healthcode /healthcode\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("the container file lacks %q", want)
		}
	}
	checkCommand(t, "Containerfile", regexp.MustCompile(`CMD (.*)`).FindString(text), "serve", "", "")
}

// TestUnits lets systemd read the units, and judge how much the service may do.
func TestUnits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var services []string
	for _, name := range []string{"healthcode.service", "healthcode-backup.service", "healthcode-backup.timer"} {
		text := string(read(t, "deploy/systemd/"+name))
		for _, line := range regexp.MustCompile(`(?m)^ExecStart=.*$`).FindAllString(text, -1) {
			m := regexp.MustCompile(`healthcode (serve|backup) `).FindStringSubmatch(line)
			if m == nil {
				t.Fatalf("%s: %s", name, line)
			}
			checkCommand(t, name, line, m[1], "", "")
		}
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(text, "/usr/local/bin/healthcode", self)), 0o600); err != nil {
			t.Fatal(err)
		}
		services = append(services, file)
	}
	tool, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze isn't here (Debian's package systemd)")
	}
	if out, err := exec.Command(tool, append([]string{"verify", "--man=no"}, services...)...).CombinedOutput(); err != nil {
		t.Errorf("verify: %v\n%s", err, out)
	}
	for _, service := range services[:2] {
		if out, err := exec.Command(tool, "security", "--offline=true", "--threshold=20", service).CombinedOutput(); err != nil {
			t.Errorf("%s may do too much: %v\n%s", filepath.Base(service), err, out)
		}
	}
}

// TestBackupsAreNoted: the age of the last one is known to the server.
func TestBackupsAreNoted(t *testing.T) {
	t.Parallel()
	s := settings{Data: t.TempDir()}
	if at, err := s.backedUp(); err != nil || !at.IsZero() {
		t.Errorf("never: %s, %v", at, err)
	}
	when := time.Date(2022, 4, 28, 3, 20, 0, 0, time.UTC)
	if err := s.noteBackup(when); err != nil {
		t.Fatal(err)
	}
	if at, err := s.backedUp(); err != nil || !at.Equal(when) {
		t.Errorf("noted %s, %v", at, err)
	}
	if err := os.WriteFile(filepath.Join(s.Data, lastBackup), []byte("yesterday"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.backedUp(); err == nil {
		t.Error("an unreadable time is taken")
	}
}
