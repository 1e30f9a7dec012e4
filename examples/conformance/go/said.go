package main

// What runs say and leave behind.

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"wflow"
)

var logsTask = wflow.Task0("logs_task", func() (wflow.None, error) {
	slog.Debug("for the curious")
	slog.Info(fmt.Sprintf("grüße %s", "alle"))
	slog.Warn("careful")
	wflow.Logger().Error("broken")
	return wflow.None{}, nil
})

var _ = wflow.Flow0("logs", func() (wflow.None, error) {
	return logsTask.Call()
})

var say = wflow.Task("say", func(text string) (wflow.None, error) {
	fmt.Println(text)
	return wflow.None{}, nil
}, wflow.Params("text"))

var _ = wflow.Flow0("prints", func() (wflow.None, error) {
	return say.Call("Grüße, 世界")
})

var _ = wflow.Flow0("logs_prints", func() (wflow.None, error) {
	return say.Call("into the log")
}, wflow.LogPrints(true))

var namedTask = wflow.Task("named_task", func(number int) (int, error) {
	return number, nil
}, wflow.Params("number"), wflow.RunName("number {number}"), wflow.Tags("odd"))

var _ = wflow.Flow0("named", func() ([]string, error) {
	other := namedTask.With(wflow.RunName("other"))
	return []string{namedTask.Submit(1).Name(), other.Submit(2).Name()}, nil
})

var leaveArtifacts = wflow.Task0("leave_artifacts", func() (wflow.None, error) {
	return wflow.None{}, errors.Join(
		wflow.Attach("report", wflow.Markdown("# Well")),
		wflow.Attach("table", wflow.Table([]map[string]int{{"a": 1}})),
		wflow.Attach("link", wflow.Link("https://example.org/").Described("an example")),
		wflow.Attach("progress", wflow.Progress(42.5)),
		wflow.Attach("image", wflow.Image([]byte("\x89PNG"))),
	)
})

var _ = wflow.Flow0("leaves_artifacts", func() (wflow.None, error) {
	return leaveArtifacts.Call()
})

func notify(run wflow.EndedRun) error {
	state := strings.ToUpper(string(run.State))
	fmt.Printf("%s ended %s after %d\n", run.Of(), state, run.Attempts)
	return nil
}

var watched = wflow.Task("watched", func(fails bool) (wflow.None, error) {
	if fails {
		return wflow.None{}, errors.New("no luck")
	}
	return wflow.None{}, nil
}, wflow.Params("fails"), wflow.Retries(1), wflow.OnCompletion(notify), wflow.OnFailure(notify))

var _ = wflow.Flow("hooked", func(fails bool) (wflow.None, error) {
	watched.Submit(fails).Wait(wflow.Forever)
	return wflow.None{}, nil
}, wflow.Params("fails"), wflow.OnCompletion(notify))
