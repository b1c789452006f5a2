package pages

import (
	"context"

	"dorflinde/internal/platform/capability"
)

func (s *service) sample(context.Context, capability.SampleRun) error { return nil }
