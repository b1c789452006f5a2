package main

import (
	"net"
	"net/netip"
	"net/url"

	"dorflinde/internal/app"
	"dorflinde/internal/region"
)

// onlyHere reports whether the region is reached from its own machine alone,
// where neither mail nor TLS is needed.
func onlyHere(config app.Config) bool {
	u, err := url.Parse(config.BaseURL)
	return err == nil && (u.Hostname() == "localhost" || loopback(u.Hostname()))
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

func lookMail(_ *console, a *app.App) ([]finding, error) {
	config := a.Config
	var out []finding
	if config.SMTPHost == "" && !onlyHere(config) {
		out = append(out, finding{"letters are kept instead of sent, so nobody can sign in by link", "smtp_host", "set smtp_host, smtp_user, smtp_password and mail_from"})
	}
	if config.SMTPHost != "" && config.MailFrom == "" {
		out = append(out, finding{"letters have no sender", "mail_from", "set the address that the mail server lets you send from"})
	}
	if config.SMTPHost != "" && config.SMTPSecurity == "none" && !loopback(config.SMTPHost) && config.SMTPHost != "localhost" {
		out = append(out, finding{"letters and the password go over the network unencrypted", "smtp_security", "set it to starttls or tls"})
	}
	return out, nil
}

func lookAddresses(_ *console, a *app.App) ([]finding, error) {
	config := a.Config
	var out []finding
	host, _, err := net.SplitHostPort(config.Addr)
	if err != nil {
		out = append(out, finding{err.Error(), "addr", "give it as host:port, such as 127.0.0.1:8080"})
	}
	u, err := url.Parse(config.BaseURL)
	if err != nil {
		return nil, err
	}
	if onlyHere(config) {
		if err == nil && !loopback(host) && host != "localhost" {
			out = append(out, finding{"links in letters and feeds point at this machine, though others can reach it", "base_url", "set the address under which people reach the region"})
		}
	} else if u.Scheme != "https" {
		out = append(out, finding{"people reach the region without TLS", "base_url", "put a proxy with a certificate in front and begin base_url with https://"})
	}
	for _, m := range a.Region.Current().Municipalities() {
		for _, h := range m.Hosts {
			if h == region.Host(u.Host) {
				out = append(out, finding{"the region's own address " + h + " shows only this municipality", m.Name, "give base_url another host name than the municipality"})
			}
		}
	}
	return out, nil
}
