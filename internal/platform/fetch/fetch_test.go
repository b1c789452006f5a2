package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// trap is a loopback listener that counts who connects.
type trap struct {
	port int
	hits atomic.Int64
}

func newTrap(t *testing.T) *trap {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tr := &trap{port: l.Addr().(*net.TCPAddr).Port}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			tr.hits.Add(1)
			conn.Close()
		}
	}()
	return tr
}

// dnsServer answers every A question with the next of the given addresses and
// nothing else.
func dnsServer(t *testing.T, answers ...[4]byte) *net.Resolver {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close() })
	go func() {
		buf, n := make([]byte, 1500), 0
		for {
			size, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			var msg dnsmessage.Message
			if msg.Unpack(buf[:size]) != nil || len(msg.Questions) == 0 {
				continue
			}
			msg.Response, msg.Additionals = true, nil
			q := msg.Questions[0]
			if q.Type == dnsmessage.TypeA && len(answers) > 0 {
				msg.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
					Body:   &dnsmessage.AResource{A: answers[n%len(answers)]},
				}}
				n++
			}
			if len(answers) == 0 {
				msg.RCode = dnsmessage.RCodeNameError
			}
			if out, err := msg.Pack(); err == nil {
				pc.WriteTo(out, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
}

func code(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return fmt.Sprintf("%T", err)
}

// hostileHosts all lead, for one reader of addresses or another, to a place
// that is not public.
var hostileHosts = []string{
	// loopback in all spellings
	"127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "127.127.127.127", "127.255.255.254",
	"2130706433", "2130706433.", "0x7f000001", "0X7F000001", "0x7f.0.0.1", "0x7f.1", "0x7f.0x0.0x0.0x1",
	"0177.0.0.1", "0177.1", "017700000001", "00000177.0.0.1", "127.000.000.001", "127.0.0.01", "127.0x0.0.1",
	"0", "0.0.0.0", "0.0.0.0.", "0x0", "00", "0.1.2.3", "127.0.0.1.0x7f", "4294967295", "256.256.256.256", "1.2.3.4.5",
	"１２７.0.0.1", "127。0。0。1", "①②⑦.⓪.⓪.①", "127.0.0.１", "１２７．０．０．１", "0x7Ｆ.1",
	"localhost", "LOCALHOST", "localhost.", "LocalHost", "ｌｏｃａｌｈｏｓｔ", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "foo.localhost", "localhost.localdomain",
	// local names
	"printer.local", "intranet", "metadata.google.internal", "fritz.box", "nas.fritz.box", "router.home.arpa", "wiki.lan", "rathaus.corp",
	// private and special IPv4
	"10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.178.1",
	"100.64.0.1", "100.100.100.200", "100.127.255.255", "169.254.169.254", "169.254.169.254.", "169.254.0.1",
	"2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.16689662", "0xa9.0xfe.0xa9.0xfe",
	"192.0.0.1", "192.0.0.170", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9",
	"224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16", "3232235521", "0xc0a80001", "0300.0250.0.1",
	// IPv6
	"[::1]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[::]", "[::127.0.0.1]", "[::7f00:1]",
	"[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::FFFF:7F00:0001]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::ffff:0:127.0.0.1]",
	"[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]",
	"[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::10.1.2.3]", "[64:ff9b::169.254.169.254]", "[64:ff9b:1::1]",
	"[2002:7f00:1::]", "[2002:7f00:0001::1]", "[2002:a9fe:a9fe::]", "[2002:c0a8:1::1]",
	"[2001:0:7f00:1::]", "[2001::1]", "[2001:0000:4136:e378:8000:63bf:80ff:fffe]", "[2001:2::1]", "[2001:10::1]", "[2001:db8::1]", "[3fff::1]",
	"[fe80::1]", "[fe80::1%25eth0]", "[fe80::1%25lo]", "[::1%25lo]", "[febf::1]", "[fec0::1]",
	"[fc00::1]", "[fd00::1]", "[fd00:ec2::254]", "[fdff:ffff::1]", "[ff02::1]", "[ff0e::1]", "[100::1]", "[5f00::1]",
}

func TestHostileAddressesConnectNowhere(t *testing.T) {
	tr := newTrap(t)
	// Should a name reach the resolver, it answers with the machine itself.
	c := New(Options{Ports: []uint16{80, 443, uint16(tr.port)}, Resolver: dnsServer(t, [4]byte{127, 0, 0, 1}), Timeout: 5 * time.Second})
	var targets []string
	for _, h := range hostileHosts {
		targets = append(targets, fmt.Sprintf("http://%s:%d/", h, tr.port))
	}
	p := tr.port
	targets = append(targets,
		fmt.Sprintf("HTTP://127.0.0.1:%d/", p),
		fmt.Sprintf("hTTp://[::1]:%d/", p),
		fmt.Sprintf("http://example.com@127.0.0.1:%d/", p),
		fmt.Sprintf("http://user:secret@127.0.0.1:%d/", p),
		fmt.Sprintf("http://127.0.0.1:%d@example.com:%d/", p, p),
		fmt.Sprintf("http://example.com%%40127.0.0.1:%d/", p),
		fmt.Sprintf("http://127%%2e0%%2e0%%2e1:%d/", p),
		fmt.Sprintf("http://%%31%%32%%37.0.0.1:%d/", p),
		fmt.Sprintf(`http://example.com\@127.0.0.1:%d/`, p),
		fmt.Sprintf(`http:\\127.0.0.1:%d/`, p),
		fmt.Sprintf("http:/127.0.0.1:%d/", p),
		fmt.Sprintf("http:127.0.0.1:%d", p),
		fmt.Sprintf("//127.0.0.1:%d/", p),
		fmt.Sprintf("127.0.0.1:%d", p),
		fmt.Sprintf("http:///127.0.0.1:%d/", p),
		fmt.Sprintf("http://127.0.0.1:%d\t/", p),
		fmt.Sprintf("http://127.0.0.1:%d\r\nHost: x/", p),
		fmt.Sprintf("ht\ntp://127.0.0.1:%d/", p),
		fmt.Sprintf("http://[127.0.0.1]:%d/", p),
		fmt.Sprintf("http://[::1:%d/", p),
		fmt.Sprintf("http://::1:%d/", p),
		fmt.Sprintf("http://[::1]x:%d/", p),
		fmt.Sprintf("http://rebind.example.com:%d/", p), // resolves to loopback
		fmt.Sprintf("http://127.0.0.1.nip.example.org:%d/", p),
		fmt.Sprintf("gopher://127.0.0.1:%d/_GET", p),
		fmt.Sprintf("ftp://127.0.0.1:%d/", p),
		fmt.Sprintf("dict://127.0.0.1:%d/", p),
		fmt.Sprintf("ws://127.0.0.1:%d/", p),
		fmt.Sprintf("jar:http://127.0.0.1:%d/!/", p),
		fmt.Sprintf("view-source:http://127.0.0.1:%d/", p),
		"file:///etc/passwd", "FILE:///etc/passwd", "file://localhost/etc/passwd", "file:etc/passwd",
		"data:text/html,hello", "javascript:alert(1)", "mailto:a@example.com", "unix:///run/x.sock", "about:blank", "", " ", "http://", "http://:80/",
		"http://example.com:22/", "http://example.com:25/", "http://example.com:0/", "http://example.com:99999/", "http://example.com:/", "http://example.com:6379/",
		"http://"+strings.Repeat("a", 5000)+".de/",
	)
	if len(targets) < 150 {
		t.Fatalf("only %d targets", len(targets))
	}
	for _, target := range targets {
		resp, err := c.Get(t.Context(), target, Conditions{})
		if err == nil {
			t.Errorf("%q was fetched: %+v", target, resp)
			continue
		}
		switch got := code(err); got {
		case CodePrivate, CodeScheme, CodeUserInfo, CodeHost, CodePort, CodeURL:
		default:
			t.Errorf("%q: code %s (%v)", target, got, err)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error shows the password: %v", target, err)
		}
	}
	if n := tr.hits.Load(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
}

func TestCheckURL(t *testing.T) {
	for _, good := range []string{
		"https://www.fuchstal.de/feed/", "HTTPS://WWW.FUCHSTAL.DE", "http://93.184.215.14/x", "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
		"https://müllkalender.de/a?b=c#d", "http://example.com:8080/", "https://example.com./", "https://[64:ff9b::5db8:d70e]/",
		"  https://example.com/feed  ",
	} {
		if err := CheckURL(good); err != nil {
			t.Errorf("CheckURL(%q) = %v", good, err)
		}
	}
	for _, h := range hostileHosts {
		if CheckURL("http://"+h+"/") == nil {
			t.Errorf("CheckURL accepts host %q", h)
		}
	}
}

// site serves h on loopback and returns a client that may reach it.
func site(t *testing.T, h http.Handler, opt Options) (string, *Client) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	opt.Allow = append(opt.Allow, netip.MustParseAddrPort(srv.Listener.Addr().String()))
	return srv.URL, New(opt)
}

func TestRedirectsAreCheckedAgain(t *testing.T) {
	tr := newTrap(t)
	targets := []string{
		fmt.Sprintf("http://127.0.0.1:%d/", tr.port), fmt.Sprintf("http://localhost:%d/", tr.port),
		fmt.Sprintf("http://[::ffff:127.0.0.1]:%d/", tr.port), fmt.Sprintf("//2130706433:%d/", tr.port),
		"http://169.254.169.254/latest/meta-data/", "file:///etc/passwd", "gopher://127.0.0.1/", "http://u:p@example.com/",
		"https://example.com:22/", "http://192.168.178.1/", "data:text/plain,x", "http://rebind.example.com/",
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/{n}", func(w http.ResponseWriter, r *http.Request) {
		var n int
		if _, err := fmt.Sscan(r.PathValue("n"), &n); err != nil {
			t.Error(err)
		}
		w.Header().Set("Location", targets[n])
		w.WriteHeader(http.StatusFound)
	})
	base, c := site(t, mux, Options{Resolver: dnsServer(t, [4]byte{127, 0, 0, 1})})
	for i, target := range targets {
		if resp, err := c.Get(t.Context(), fmt.Sprintf("%s/%d", base, i), Conditions{}); err == nil {
			t.Errorf("followed to %s: %+v", target, resp)
		} else if got := code(err); got == CodeConnect || got == CodeStatus {
			t.Errorf("%s: code %s (%v)", target, got, err)
		}
	}
	if n := tr.hits.Load(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
}

func TestGet(t *testing.T) {
	var jar, agent, referer atomic.Value
	mux := http.NewServeMux()
	mux.HandleFunc("/feed", func(w http.ResponseWriter, r *http.Request) {
		jar.Store(r.Header.Get("Cookie"))
		agent.Store(r.Header.Get("User-Agent"))
		referer.Store(r.Header.Get("Referer"))
		w.Header().Set("Etag", `"v1"`)
		w.Header().Set("Last-Modified", "Thu, 03 Dec 2026 10:00:00 GMT")
		if r.Header.Get("If-None-Match") == `"v1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprint(w, "<rss/>")
	})
	mux.HandleFunc("/old", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "spy", Value: "1", Path: "/"})
		http.Redirect(w, r, "/feed", http.StatusMovedPermanently)
	})
	mux.HandleFunc("/detour", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/old", http.StatusFound) })
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/busy", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	mux.HandleFunc("/big", func(w http.ResponseWriter, _ *http.Request) {
		for range 200 {
			if _, err := w.Write(make([]byte, 1024)); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/bomb", func(w http.ResponseWriter, _ *http.Request) {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write(make([]byte, 10<<20))
		z.Close()
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(b.Bytes())
	})
	mux.HandleFunc("/brotli", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "br")
		fmt.Fprint(w, "x")
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	base, c := site(t, mux, Options{MaxBytes: 100 << 10, Timeout: 2 * time.Second})

	resp, err := c.Get(t.Context(), base+"/feed", Conditions{})
	if err != nil || string(resp.Body) != "<rss/>" || resp.ETag != `"v1"` || resp.LastModified == "" || resp.Moved || resp.ContentType != "application/rss+xml" {
		t.Fatalf("plain: %+v, %v", resp, err)
	}
	if agent.Load() != DefaultUserAgent {
		t.Errorf("user agent %q", agent.Load())
	}
	resp, err = c.Get(t.Context(), base+"/feed", Conditions{ETag: resp.ETag, LastModified: resp.LastModified})
	if err != nil || !resp.NotModified || len(resp.Body) != 0 {
		t.Errorf("conditional: %+v, %v", resp, err)
	}
	resp, err = c.Get(t.Context(), base+"/old", Conditions{})
	if err != nil || !resp.Moved || resp.URL != base+"/feed" {
		t.Errorf("moved: %+v, %v", resp, err)
	}
	if jar.Load() != "" || referer.Load() != "" {
		t.Errorf("sent cookie %q, referer %q", jar.Load(), referer.Load())
	}
	resp, err = c.Get(t.Context(), base+"/detour", Conditions{})
	if err != nil || resp.Moved {
		t.Errorf("a temporary redirect counts as moved: %+v, %v", resp, err)
	}
	for path, want := range map[string]string{
		"/loop": CodeRedirects, "/busy": CodeStatus, "/missing": CodeStatus, "/big": CodeTooLarge,
		"/bomb": CodeTooLarge, "/brotli": CodeEncoding, "/slow": CodeTimeout,
	} {
		if _, err := c.Get(t.Context(), base+path, Conditions{}); code(err) != want {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
	var e *Error
	if _, err := c.Get(t.Context(), base+"/busy", Conditions{}); !errors.As(err, &e) || e.RetryAfter != "120" || e.Status != 503 || !e.Temporary() {
		t.Errorf("busy: %+v", e)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Get(ctx, base+"/feed", Conditions{}); code(err) != CodeCanceled {
		t.Errorf("cancelled: %v", err)
	}
}

func TestUntrustedCertificate(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.Config.ErrorLog = nil
	srv.StartTLS()
	t.Cleanup(srv.Close)
	c := New(Options{Allow: []netip.AddrPort{netip.MustParseAddrPort(srv.Listener.Addr().String())}})
	if _, err := c.Get(t.Context(), srv.URL, Conditions{}); code(err) != CodeTLS {
		t.Errorf("got %v", err)
	}
}

func TestNameThatDoesNotResolve(t *testing.T) {
	c := New(Options{Resolver: dnsServer(t)})
	if _, err := c.Get(t.Context(), "https://nirgendwo.example.com/", Conditions{}); code(err) != CodeDNS {
		t.Errorf("got %v", err)
	}
}

func TestConnectionRefused(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	addr := netip.MustParseAddrPort(srv.Listener.Addr().String())
	srv.Close()
	c := New(Options{Allow: []netip.AddrPort{addr}})
	if _, err := c.Get(t.Context(), srv.URL, Conditions{}); code(err) != CodeConnect {
		t.Errorf("got %v", err)
	}
}

func TestProxyIsUsedOnlyWhenConfigured(t *testing.T) {
	var asked atomic.Value
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Store(r.URL.String())
		fmt.Fprint(w, "from the proxy")
	}))
	t.Cleanup(proxy.Close)
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("http_proxy", proxy.URL)
	c := New(Options{Resolver: dnsServer(t)})
	if _, err := c.Get(t.Context(), "http://verein.example.com/", Conditions{}); code(err) != CodeDNS || asked.Load() != nil {
		t.Errorf("environment proxy: %v, asked %v", err, asked.Load())
	}
	u, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	c = New(Options{Proxy: u})
	resp, err := c.Get(t.Context(), "http://verein.example.com/x", Conditions{})
	if err != nil || string(resp.Body) != "from the proxy" || asked.Load() != "http://verein.example.com/x" {
		t.Errorf("%+v, %v, asked %v", resp, err, asked.Load())
	}
	if _, err := c.Get(t.Context(), "http://127.0.0.1/", Conditions{}); code(err) != CodePrivate {
		t.Errorf("private through the proxy: %v", err)
	}
}

func TestEveryCodeHasASentence(t *testing.T) {
	for _, lang := range []string{"de", "en"} {
		raw, err := Messages.ReadFile("messages." + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]string
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		for _, c := range Codes {
			if m["fetch."+c] == "" {
				t.Errorf("%s: no sentence for %s", lang, c)
			}
		}
		if len(m) != len(Codes) {
			t.Errorf("%s: %d sentences for %d codes", lang, len(m), len(Codes))
		}
	}
}

func FuzzCheckURL(f *testing.F) {
	for _, h := range hostileHosts {
		f.Add("http://" + h + "/")
	}
	f.Add("https://user:pw@example.com:443/a?b#c")
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := checkURL(raw, defaultPorts, nil)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Code == "" {
				t.Fatalf("%q: %v", raw, err)
			}
			return
		}
		if u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Host == "" {
			t.Fatalf("%q passed as %q", raw, u)
		}
		if a, err := netip.ParseAddr(u.Hostname()); err == nil && (!a.IsGlobalUnicast() || a.IsPrivate()) {
			t.Fatalf("%q passed as %q", raw, u)
		}
		// What was checked must be what is dialled: a second reading agrees.
		again, err := checkURL(u.String(), defaultPorts, nil)
		if err != nil || again.Host != u.Host {
			t.Fatalf("%q: %q became %v, %v", raw, u, again, err)
		}
	})
}
