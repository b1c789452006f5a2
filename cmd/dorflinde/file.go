package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// newFile writes a file that only its owner can read and that appears only
// when it is whole; an existing one is never replaced.
func newFile(path string, write func(io.Writer) error) (err error) {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s exists already; choose another name", path)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	err = write(file)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Link(file.Name(), path) // unlike a rename it replaces nothing
	}
	return errors.Join(err, os.Remove(file.Name()))
}

// secretFrom reads a password from a file, because arguments are seen by
// everybody who lists the processes. "-" is the standard input.
func secretFrom(path string) (string, error) {
	source := path
	if path == "-" {
		source = "/dev/stdin"
	}
	raw, err := os.ReadFile(source)
	if err != nil {
		return "", fmt.Errorf("the password file: %w", err)
	}
	word := strings.TrimRight(string(raw), "\r\n")
	if word == "" {
		return "", fmt.Errorf("the password file %s is empty; write the password on its first line", path)
	}
	return word, nil
}
