package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// targets are the browsers of the last four years or so; older ones still get
// pages that work, because nothing depends on script.
var targets = []api.Engine{
	{Name: api.EngineChrome, Version: "109"},
	{Name: api.EngineFirefox, Version: "115"},
	{Name: api.EngineSafari, Version: "15.4"},
}

var fontRef = regexp.MustCompile(`fira-sans-latin-\d+-normal\.woff2`)

func styles(root string, out *output) error {
	for _, name := range []string{"app.css", "map.css"} {
		body, err := style(root, name)
		if err != nil {
			return err
		}
		body = fontRef.ReplaceAllFunc(body, func(font []byte) []byte {
			return []byte(strings.TrimPrefix(out.address(string(font)), "/static/"))
		})
		if err := out.add(name, body); err != nil {
			return err
		}
	}
	return nil
}

func style(root, name string) ([]byte, error) {
	kern, err := kernTokens(root)
	if err != nil {
		return nil, err
	}
	result := api.Build(api.BuildOptions{
		EntryPoints:       []string{filepath.Join(root, "styles", name)},
		Bundle:            true,
		MinifyWhitespace:  true,
		MinifySyntax:      true,
		LegalComments:     api.LegalCommentsNone,
		External:          []string{"*.woff2"},
		Loader:            map[string]api.Loader{".svg": api.LoaderDataURL, ".png": api.LoaderDataURL},
		Engines:           targets,
		Plugins:           []api.Plugin{virtual("kern-tokens.css", kern)},
		LogLevel:          api.LogLevelSilent,
		Write:             false,
		Outdir:            "/",
		AbsWorkingDir:     abs("."),
		MinifyIdentifiers: false,
	})
	return only(name, result)
}

// virtual answers one import with a text made here.
func virtual(name, content string) api.Plugin {
	return api.Plugin{Name: name, Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: regexp.QuoteMeta(name) + "$"},
			func(api.OnResolveArgs) (api.OnResolveResult, error) {
				return api.OnResolveResult{Path: name, Namespace: "made"}, nil
			})
		build.OnLoad(api.OnLoadOptions{Filter: regexp.QuoteMeta(name) + "$", Namespace: "made"},
			func(api.OnLoadArgs) (api.OnLoadResult, error) {
				return api.OnLoadResult{Contents: &content, Loader: api.LoaderCSS}, nil
			})
	}}
}

func scripts(root string, out *output) error {
	// The worker of the map is a module of its own on our origin, as worker-src 'self' asks.
	worker, err := os.ReadFile(filepath.Join(root, "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs"))
	if err != nil {
		return fmt.Errorf("map worker: %w", err)
	}
	worker = regexp.MustCompile(`(?m)^//# sourceMappingURL=.*$`).ReplaceAll(worker, nil)
	if err := out.add("map-worker.js", worker); err != nil {
		return err
	}
	for _, name := range []string{"app.js", "passkey.js", "map.js"} {
		defines := map[string]string{"__MAP_WORKER__": fmt.Sprintf("%q", out.address("map-worker.js"))}
		if err := script(root, name, out, defines); err != nil {
			return err
		}
	}
	return nil
}

func script(root, name string, out *output, defines map[string]string) error {
	result := api.Build(api.BuildOptions{
		EntryPoints:       []string{filepath.Join(root, "scripts", name)},
		Bundle:            true,
		Format:            api.FormatESModule,
		MinifyWhitespace:  true,
		MinifySyntax:      true,
		MinifyIdentifiers: true,
		LegalComments:     api.LegalCommentsNone,
		Define:            defines,
		Engines:           targets,
		LogLevel:          api.LogLevelSilent,
		Write:             false,
		Outdir:            "/",
		AbsWorkingDir:     abs("."),
	})
	body, err := only(name, result)
	if err != nil {
		return err
	}
	return out.add(name, body)
}

// only returns the single file of a build, or its errors in one sentence each.
func only(name string, result api.BuildResult) ([]byte, error) {
	if len(result.Errors) > 0 {
		lines := api.FormatMessages(result.Errors, api.FormatMessagesOptions{})
		return nil, fmt.Errorf("%s:\n%s", name, strings.Join(lines, ""))
	}
	for _, warning := range api.FormatMessages(result.Warnings, api.FormatMessagesOptions{}) {
		fmt.Fprint(os.Stderr, warning)
	}
	if len(result.OutputFiles) != 1 {
		return nil, fmt.Errorf("%s: %d files instead of one", name, len(result.OutputFiles))
	}
	return result.OutputFiles[0].Contents, nil
}

func abs(folder string) string {
	full, err := filepath.Abs(folder)
	if err != nil {
		return folder
	}
	return full
}
