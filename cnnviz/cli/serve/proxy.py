"""The proxy's configuration, as nginx reads it.

Uploads, media and sessions live in one process, so each browser keeps to the process that served it last: a cookie
names it, and an answer by another one, because the first is gone, names that one from then on.
"""

from collections.abc import Collection, Iterable, Sequence
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

events { worker_connections 4096; }

http {
    access_log off;
    server_tokens off;
    client_body_temp_path @{folder}/body;
    proxy_temp_path @{folder}/proxy;
    fastcgi_temp_path @{folder}/fastcgi;
    uwsgi_temp_path @{folder}/uwsgi;
    scgi_temp_path @{folder}/scgi;
    proxy_cache_path @{folder}/cache keys_zone=static:1m max_size=100m inactive=1d;

    # What a browser is told, unless it is told so already.
    split_clients $remote_addr$request_id $drawn {
@{shares}
    }
    map $cookie_@{cookie} $process {
@{known}
        default $drawn;
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
    proxy_read_timeout 1h;  # a socket on which nobody turns a knob
    proxy_send_timeout 60s;
    proxy_connect_timeout 3s;
    proxy_next_upstream error timeout non_idempotent;

    server {
        listen @{listen} backlog=1024;
        client_max_body_size @{upload}m;
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

        location @{path}/ { proxy_pass http://$process; }
@{root}
    }
}
""".replace("$", "$$").replace("@{", "${")
)


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
    """

    listen: str
    replicas: tuple[str, ...]
    folder: str
    path: str = ""
    ancestors: tuple[str, ...] = ()
    upload: int = 21
    workers: int = 1

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
        up = [name for i, name in enumerate(names) if i not in down] or names
        values = {
            "workers": self.workers,
            "folder": self.folder,
            "listen": self.listen,
            "path": self.path,
            "upload": self.upload,
            "policy": self.policy,
            "cookie": COOKIE,
            "site": "SameSite=None; Secure; Partitioned" if self.ancestors else "SameSite=Lax",
            "shares": listed(f"{share} {name};" for share, name in zip(shares(len(up)), up, strict=True)),
            "known": listed(f"{name} {name};" for name in names),
            "served": listed(
                f'"~{address.replace(".", "[.]")}$" {name};' for name, address in zip(names, self.replicas, strict=True)
            ),
            "same": listed(f'"{name}:{name}" "";' for name in names),
            "upstreams": "\n".join(self._upstream(i) for i in range(len(self.replicas))),
            "root": f"        location = {self.path} {{ return 301 {self.path}/; }}" if self.path else "",
        }
        return CONFIGURATION.substitute(values)

    def _upstream(self, i: int) -> str:
        """A process, and the others where it does not answer."""
        first, *others = self.replicas[i:] + self.replicas[:i]
        servers = [f"{first} max_fails=1 fail_timeout=2s", *(f"{address} backup" for address in others)]
        lines = "\n".join(f"        server {server};" for server in servers)
        return f"    upstream p{i} {{\n{lines}\n    }}"


def shares(count: int) -> Sequence[str]:
    """Of new visitors: as much for each, and the last one takes what is left."""
    return [*[f"{100 / count:.2f}%"] * (count - 1), "*"]


def listed(lines: Iterable[str]) -> str:
    return "\n".join(f"        {line}" for line in lines)
