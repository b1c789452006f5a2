package events

import "github.com/danielgtaylor/huma/v2"

func (s *service) api(huma.API) {}
