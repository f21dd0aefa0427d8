"""Who starts `boundaries follow` again, and how does a deploy replace it?

Files for the supervisors that people have. A new follower may start before the old one has ended: the two take turns.
A round may take long where a whole table is copied again, so that a silent follower is given half an hour.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from boundaries.contexts.map import current_map
from boundaries.strangler.ending import CUT_SECONDS, STOP_SECONDS

SILENT_MINUTES = 30
# By then it has ended by itself; this is for a machine that hangs.
KILL_SECONDS = round(STOP_SECONDS + CUT_SECONDS) + 6

_SYSTEMD = """\
[Unit]
Description=boundaries follow: keeps both sides of every moving context of {name} equal
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=notify
WorkingDirectory={folder}
EnvironmentFile=/etc/{name}/environment
ExecStart={command}
Restart=always
RestartSec=1
KillSignal=SIGTERM
KillMode=mixed
TimeoutStopSec={kill_seconds}
WatchdogSec={silent_minutes}min
OOMScoreAdjust=-200

DynamicUser=yes
CapabilityBoundingSet=
LockPersonality=yes
MemoryDenyWriteExecute=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
PrivateUsers=yes
ProcSubset=pid
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=read-only
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
UMask=0077

[Install]
WantedBy=multi-user.target
"""

# The image is the monolith's: `kubectl set image`, or kustomize's `images`, puts the right one in.
_KUBERNETES = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}-follow
  labels:
    app.kubernetes.io/name: {name}-follow
spec:
  replicas: 1
  # The next one starts before this one ends: two followers take turns, and nothing waits for a pod to come up.
  strategy:
    type: RollingUpdate
    rollingUpdate: {{maxUnavailable: 0, maxSurge: 1}}
  selector:
    matchLabels:
      app.kubernetes.io/name: {name}-follow
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {name}-follow
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: {kill_seconds}
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        seccompProfile: {{type: RuntimeDefault}}
      containers:
        - name: follow
          image: {name}
          command: {words}
          envFrom:
            - secretRef: {{name: {name}}}
          startupProbe:
            exec: {{command: [test, -e, {beat}]}}
            periodSeconds: 2
            failureThreshold: 60
          readinessProbe:
            exec: {{command: [test, -e, {beat}]}}
          livenessProbe:
            exec: {{command: [sh, -c, {fresh}]}}
            periodSeconds: 60
          resources:
            requests: {{cpu: 100m, memory: 192Mi}}
            limits: {{memory: 512Mi}}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {{drop: [ALL]}}
          volumeMounts:
            - {{name: tmp, mountPath: /tmp}}
      volumes:
        - name: tmp
          emptyDir: {{}}
"""

_BEAT = "/tmp/boundaries-follow"  # noqa: S108  (a folder of the pod's own)


def systemd() -> str:
    """A unit for the machine that this runs on: interpreter and folder are those of this process."""
    command = shlex.join([sys.executable, "-m", "boundaries", "follow", f"--config={current_map().path}"])
    return _SYSTEMD.format(
        name=_name(), folder=current_map().root, command=command.replace("%", "%%"),
        kill_seconds=KILL_SECONDS, silent_minutes=SILENT_MINUTES,
    )  # fmt: skip


def kubernetes() -> str:
    """A Deployment of the monolith's image; its secret holds the variables of the monolith."""
    return _KUBERNETES.format(
        name=_name(), words=json.dumps(["boundaries", "follow", "--heartbeat", _BEAT]), beat=_BEAT,
        fresh=json.dumps(f'test -n "$(find {_BEAT} -mmin -{SILENT_MINUTES})"'), kill_seconds=KILL_SECONDS,
    )  # fmt: skip


def procfile() -> str:
    """One line."""
    return "follow: boundaries follow\n"


UNITS: Mapping[str, Callable[[], str]] = {
    "systemd": systemd,
    "kubernetes": kubernetes,
    "procfile": procfile,
}


def _name() -> str:
    """The project's name as every supervisor accepts it: that of its folder."""
    letters = "".join(letter if letter.isalnum() else "-" for letter in Path(current_map().root).name.lower())
    return letters.strip("-") or "project"
