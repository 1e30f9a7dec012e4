package wflow

// Artifacts: something to look at that a run leaves behind.

import "wflow/internal/host"

// Artifact is what Attach attaches.
type Artifact struct {
	kind        uint8
	data        any
	description string
}

// Kinds of artifacts, numbered as in the contract.
const (
	markdownKind uint8 = iota
	tableKind
	linkKind
	progressKind
	imageKind
)

// Markdown is a text to be shown.
func Markdown(text string) Artifact { return Artifact{kind: markdownKind, data: text} }

// Table has a row for each struct or map.
func Table[Row any](rows []Row) Artifact { return Artifact{kind: tableKind, data: rows} }

// Link points somewhere else.
func Link(url string) Artifact { return Artifact{kind: linkKind, data: url} }

// Progress is from 0 to 100.
func Progress(percent float64) Artifact { return Artifact{kind: progressKind, data: percent} }

// Image is the bytes of one.
func Image(data []byte) Artifact { return Artifact{kind: imageKind, data: data} }

// ImageLink is where an image is.
func ImageLink(url string) Artifact { return Artifact{kind: imageKind, data: url} }

// Described is the artifact with a description for people.
func (a Artifact) Described(description string) Artifact {
	a.description = description
	return a
}

// Attach attaches the artifact to the run; a later one of the same key takes its place.
func Attach(key string, artifact Artifact) error {
	data, err := encode(artifact.data)
	if err != nil {
		return Permanent(err)
	}
	failure := host.CreateArtifact(host.Artifact{
		Kind:        artifact.kind,
		Key:         valid(key),
		Description: valid(artifact.description),
		Data:        data,
	})
	if failure != nil {
		return failureOf(failure, "")
	}
	return nil
}
