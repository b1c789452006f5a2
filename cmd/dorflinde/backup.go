package main

import (
	"errors"
	"fmt"
	"io"

	"filippo.io/age"

	"dorflinde/internal/app"
	"dorflinde/internal/app/transfer"
)

type backupCommand struct {
	place
	File         string   `arg:"" help:"File to write (tar); it must not exist yet." type:"path"`
	AgeRecipient []string `help:"Encrypt for this public key of age (age1…); may be given several times." sep:"none" placeholder:"KEY"`
}

type backed struct {
	File      string `json:"file"`
	Encrypted bool   `json:"encrypted"`
	transfer.Backed
}

// Run writes a backup that restore can bring back.
func (b *backupCommand) Run(c *console) error {
	var recipients []age.Recipient
	for _, key := range b.AgeRecipient {
		r, err := age.ParseX25519Recipient(key)
		if err != nil {
			return fmt.Errorf("--age-recipient %q is not a public key of age; age-keygen prints one that begins with age1", key)
		}
		recipients = append(recipients, r)
	}
	return b.with(c, func(a *app.App) error {
		out := backed{File: b.File, Encrypted: len(recipients) > 0}
		err := newFile(b.File, func(w io.Writer) (err error) {
			out.Backed, err = write(c, a, w, recipients)
			return err
		})
		if err != nil {
			return err
		}
		text := fmt.Sprintf("%s: %s, %d files, %s.", b.File, out.Head.Region, out.Files, size(out.Bytes))
		if err := b.answer(c, out, text); err != nil {
			return err
		}
		return incomplete(out.Missing)
	})
}

func write(c *console, a *app.App, w io.Writer, recipients []age.Recipient) (transfer.Backed, error) {
	if len(recipients) == 0 {
		return transfer.Backup(c.ctx, a, w)
	}
	sealed, err := age.Encrypt(w, recipients...)
	if err != nil {
		return transfer.Backed{}, fmt.Errorf("encrypt: %w", err)
	}
	out, err := transfer.Backup(c.ctx, a, sealed)
	return out, errors.Join(err, sealed.Close())
}

// size is a number of bytes as people say it.
func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d kB", (n+1023)/1024)
}
