package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"filippo.io/age"

	"dorflinde/internal/app"
	"dorflinde/internal/app/transfer"
)

type restoreCommand struct {
	place
	File        string `arg:"" help:"A file that backup wrote." type:"existingfile"`
	AgeIdentity string `help:"File with the secret key of age, for an encrypted backup." type:"existingfile" placeholder:"FILE"`
}

// Run brings a backup back into an empty place.
func (r *restoreCommand) Run(c *console) (err error) {
	config, err := r.load(c)
	if err != nil {
		return err
	}
	file, err := os.Open(r.File)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	plain, err := r.unseal(bufio.NewReader(file))
	if err != nil {
		return err
	}
	head, err := transfer.Restore(c.ctx, config, app.Options{Log: quiet(c.err)}, plain)
	if err != nil {
		return fmt.Errorf("restore %s: %w", r.File, err)
	}
	where := config.Folder()
	if config.Database != "" {
		where = "the configured database"
	}
	return r.answer(c, head, fmt.Sprintf("%s as of %s is restored in %s. Start it with dorflinde serve.", head.Region,
		head.Created.Local().Format("2006-01-02 15:04"), where))
}

// unseal decrypts where the file is encrypted.
func (r *restoreCommand) unseal(in *bufio.Reader) (io.Reader, error) {
	first, err := in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	sealed := bytes.Equal(first, []byte("age-"))
	if !sealed {
		return in, nil
	}
	if r.AgeIdentity == "" {
		return nil, fmt.Errorf("%s is encrypted; name the file with the secret key with --age-identity", r.File)
	}
	keys, err := os.Open(r.AgeIdentity)
	if err != nil {
		return nil, err
	}
	identities, err := age.ParseIdentities(keys)
	if err = errors.Join(err, keys.Close()); err != nil {
		return nil, fmt.Errorf("%s is not a secret key of age: %w", r.AgeIdentity, err)
	}
	plain, err := age.Decrypt(in, identities...)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be decrypted with this key: %w", r.File, err)
	}
	return plain, nil
}
