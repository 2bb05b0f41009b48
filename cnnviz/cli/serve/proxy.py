"""The proxy's configuration, as nginx reads it.

Uploads, media and sessions live in one process, so each browser keeps to the process that served it last: a cookie
names it, and an answer by another one, because the first is gone, names that one from then on.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from string import Template

COOKIE = "cnnviz_process"

CONFIGURATION = Template(
    """\
daemon off;
worker_processes @{workers};
pid @{folder}/nginx.pid;
error_log stderr warn;
worker_shutdown_timeout 1h;  # a process is replaced under visitors, who keep their connection until then
worker_rlimit_nofile @{files};

events { worker_connections @{connections}; }

http {
    access_log off;
    server_tokens off;
    client_body_temp_path @{folder}/body;
    proxy_temp_path @{folder}/proxy;
    fastcgi_temp_path @{folder}/fastcgi;
    uwsgi_temp_path @{folder}/uwsgi;
    scgi_temp_path @{folder}/scgi;
    proxy_cache_path @{folder}/cache keys_zone=static:1m max_size=100m inactive=1d;
    proxy_cache_path @{folder}/parts keys_zone=parts:4m max_size=256m inactive=1h use_temp_path=off;

    # A proxy in the same house says who is behind it. Whoever has such an address himself is not counted.
@{houses}
    real_ip_header X-Forwarded-For;
    real_ip_recursive on;
    geo $near {
        default 0;
@{near}
    }
    map $near $counted {
        0 $binary_remote_addr;
        1 "";
    }
    limit_conn_zone $counted zone=open:1m;
    limit_conn_zone $server_port zone=uploads:1m;
    limit_req_zone $counted zone=begun:1m rate=@{begun}r/m;
    limit_conn_status 429;
    limit_req_status 429;

    # What a browser is told, unless it is told so already.
    map $cookie_@{cookie} $process {
@{known}
        default anybody;
    }
    map $upstream_addr $served {  # the last one tried, where there were several
@{served}
        default $process;
    }
    map "$served:$cookie_@{cookie}" $named {
@{same}
        default "@{cookie}=$served; Path=@{path}/; HttpOnly; @{site}";
    }
    map $http_upgrade $hop {
        default upgrade;
        "" "";
    }
@{upstreams}

    gzip on;
    gzip_vary on;
    gzip_proxied any;
    gzip_comp_level 5;
    gzip_min_length 1000;
    gzip_types application/javascript text/javascript text/css application/json image/svg+xml application/wasm;

    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header Accept-Encoding "";  # compressed here, once
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $hop;
    proxy_read_timeout 120s;
    proxy_send_timeout 60s;
    proxy_connect_timeout 3s;
    proxy_next_upstream error timeout non_idempotent;

    server {
        listen @{listen} backlog=1024;
        client_max_body_size 1m;
        limit_conn open @{open};
        client_header_timeout 20s;
        client_body_timeout 60s;

        add_header Set-Cookie $named always;
        add_header Content-Security-Policy "@{policy}" always;
        add_header X-Content-Type-Options nosniff always;
        add_header Referrer-Policy same-origin always;
        add_header Permissions-Policy "camera=(), geolocation=(), microphone=(self), payment=(), usb=()" always;

        # Figures of the process, and interfaces for programs, are nobody's business.
        location ~ ^@{path}/_stcore/(metrics|agent) { return 404; }

        # The same for all, under names that are their contents' digests.
        location @{path}/static/ {
            proxy_cache static;
            proxy_cache_valid 200 1d;
            proxy_cache_lock on;
            proxy_pass http://$process;
        }

        # A visit is one socket; nothing may be said on it for long, but for a ping each half minute.
        location = @{path}/_stcore/stream {
            limit_req zone=begun burst=@{burst} nodelay;
            proxy_read_timeout 1h;
            proxy_pass http://$process;
        }

        # Bodies wait here, in files, until they are whole.
        location @{path}/_stcore/upload_file/ {
            client_max_body_size @{upload}m;
            limit_conn open @{open};
            limit_conn uploads @{uploads};
            proxy_pass http://$process;
        }

        # Large parts of what is seen, under digests as well: one browser has a process hand it over, and all others get
        # it from here, whichever process is theirs; so no cookie names the one that had it. Numbers hardly shrink, so
        # they are not compressed.
        location ~ "^@{path}/media/[0-9a-f]{32}$" {
            proxy_cache parts;
            proxy_cache_key $uri;
            proxy_cache_valid 200 1h;
            proxy_cache_lock on;
            proxy_ignore_headers Vary;
            proxy_next_upstream error timeout http_404;
            sendfile on;
            add_header Cache-Control "private, max-age=604800, immutable";
            add_header X-Content-Type-Options nosniff always;
            proxy_pass http://$process;
        }

        location @{path}/ { proxy_pass http://$process; }
@{root}
        # What the proxy itself has to say.
        error_page 413 @large;
        error_page 429 @many;
        error_page 502 503 504 @away;
        default_type text/html;
        charset utf-8;
        location @large { return 413 "@{large}"; }
        location @many { return 429 "@{many}"; }
        location @away { return 503 "@{away}"; }
    }
}
""".replace("$", "$$").replace("@{", "${")
)


# Addresses within a house, as a proxy before this one has.
HOUSES = ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1", "fc00::/7")
OF_ONE = 8  # connections of one browser: a socket, six for files, one to spare
UPLOADS = 200  # at once; each may fill `Proxy.upload` of the disk
FAILS = "max_fails=1 fail_timeout=2s"
SPARE = 768  # files that are no connections
PAGE = "<!doctype html><meta charset=utf-8><title>cnnviz</title>{more}<p>{words}</p>"


@dataclass(frozen=True)
class Proxy:
    """What stands in front of the processes.

    Attributes
    ----------
    listen : str
        An address with a port, or a port.
    replicas : tuple of str
        Address with port of each process.
    folder : str
        Where nginx keeps what is on its way.
    path : str
        Below which the site is served, as in "/lessons/cnn"; empty for the whole host.
    ancestors : tuple of str
        Hosts that may show the site in a frame, besides itself, as in "https://school.example". They are other sites,
        whose frames get cookies over https alone.
    upload : int [MB]
        Of one file.
    workers : int
        Processes of nginx.
    files : int
        That each of them may have open; a visitor takes two, the browser's socket and the one behind it, and up to
        fourteen while the page loads.
    together : int
        Visitors who may come from one address, as a school behind one router. An address may have eight connections for
        each, and begin twice as many visits at once; then as many a minute.
    """

    listen: str
    replicas: tuple[str, ...]
    folder: str
    path: str = ""
    ancestors: tuple[str, ...] = ()
    upload: int = 21
    workers: int = 1
    files: int = 32768
    together: int = 500

    @property
    def policy(self) -> str:
        """The content security policy: everything is from here, and drawn by Streamlit, which writes styles inline."""
        rules = {
            "default-src": ("'self'",),
            "script-src": ("'self'", "'unsafe-inline'", "'wasm-unsafe-eval'", "blob:"),
            "style-src": ("'self'", "'unsafe-inline'"),
            "img-src": ("'self'", "data:", "blob:"),
            "media-src": ("'self'", "data:", "blob:"),
            "font-src": ("'self'", "data:"),
            "connect-src": ("'self'", "ws:", "wss:", "blob:", "data:"),
            "worker-src": ("'self'", "blob:"),
            "object-src": ("'none'",),
            "base-uri": ("'self'",),
            "form-action": ("'self'",),
            "frame-ancestors": ("'self'", *self.ancestors),
        }
        return "; ".join(f"{name} {' '.join(values)}" for name, values in rules.items())

    def configuration(self, down: Collection[int] = ()) -> str:
        """The file that nginx reads.

        Parameters
        ----------
        down : places among the replicas
            Those that get no new visitor, because they are about to stop; who is there stays until then.
        """
        names = [f"p{i}" for i in range(len(self.replicas))]
        values = {
            "workers": self.workers,
            "folder": self.folder,
            "listen": self.listen,
            "path": self.path,
            "upload": self.upload,
            "policy": self.policy,
            "cookie": COOKIE,
            "site": "SameSite=None; Secure; Partitioned" if self.ancestors else "SameSite=Lax",
            "known": listed(f"{name} {name};" for name in names),
            "served": listed(
                f'"~{address.replace(".", "[.]")}$" {name};' for name, address in zip(names, self.replicas, strict=True)
            ),
            "same": listed(['"~^anybody:" "";', *(f'"{name}:{name}" "";' for name in names)]),  # one from a cache
            "upstreams": "\n".join([self._newcomers(down), *(self._upstream(i) for i in range(len(self.replicas)))]),
            "files": self.files,
            "connections": self.files - SPARE,
            "houses": "\n".join(f"    set_real_ip_from {house};" for house in HOUSES),
            "near": listed(f"{house} 1;" for house in HOUSES),
            "open": OF_ONE * self.together,
            "begun": self.together,
            "burst": 2 * self.together,
            "uploads": UPLOADS,
            "large": said(f"This file is larger than {self.upload} MB, the most that is taken here."),
            "many": said("Too much comes from your address at once. Try again in a minute."),
            "away": said("The site is being started. This page looks for it again in ten seconds.", again=10),
            "root": f"        location = {self.path} {{ return 301 {self.path}/; }}" if self.path else "",
        }
        return CONFIGURATION.substitute(values)

    def _newcomers(self, down: Collection[int]) -> str:
        """Each new visitor goes to the next process, so that all have as many, which chance does not give a class."""
        up = [address for i, address in enumerate(self.replicas) if i not in down] or self.replicas
        return upstream("anybody", ["zone anybody 64k", *(f"server {address} {FAILS}" for address in up)])

    def _upstream(self, i: int) -> str:
        """A process, and the others where it does not answer."""
        first, *others = self.replicas[i:] + self.replicas[:i]
        return upstream(f"p{i}", [f"server {first} {FAILS}", *(f"server {address} backup" for address in others)])


def upstream(name: str, lines: Iterable[str]) -> str:
    return f"    upstream {name} {{\n{listed(f'{line};' for line in lines)}\n    }}"


def listed(lines: Iterable[str]) -> str:
    return "\n".join(f"        {line}" for line in lines)


def said(words: str, again: int = 0) -> str:
    """A page of one sentence, which is asked for again in so many seconds."""
    return PAGE.format(words=words, more=f"<meta http-equiv=refresh content={again}>" if again else "")
