package region

import "dorflinde/internal/platform/privacy"

// Tables declares the tables of this package. None holds personal data: texts
// such as the contact belong to the municipality.
func Tables() []privacy.Table {
	return []privacy.Table{
		{Name: "region"}, {Name: "region_version"}, {Name: "municipality"}, {Name: "municipality_host"},
		{Name: "village"}, {Name: "street"},
	}
}
