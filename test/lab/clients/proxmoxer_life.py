"""Drives the lab with proxmoxer: a container's life, with the token or the ticket that the arguments name.

    proxmoxer_life.py <port> token|ticket
"""
import os
import sys
import warnings

from proxmoxer import ProxmoxAPI
from proxmoxer.core import ResourceException
from proxmoxer.tools import Tasks

warnings.simplefilter("ignore")

TEMPLATE = "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst"


def connect(port, how):
    login = {"password": os.environ["LAB_PASSWORD"]}
    if how == "token":
        login = {"token_name": "t1", "token_value": os.environ["LAB_TOKEN"]}
    return ProxmoxAPI("127.0.0.1", port=int(port), user="root@pam", verify_ssl=False, **login)


def refused(call):
    try:
        call()
    except ResourceException as error:
        return error.content.strip()
    raise AssertionError("should have been refused")


def life(port, how):
    api = connect(port, how)

    def finished(upid):
        status = Tasks.blocking_status(api, upid, timeout=20, polling_interval=0.05)
        assert status["exitstatus"] == "OK", status

    assert "pve1" in [node["node"] for node in api.nodes.get()]
    vmid = api.cluster.nextid.get()
    node = api.nodes("pve1")
    finished(node.lxc.create(vmid=vmid, ostemplate=TEMPLATE, hostname="px", rootfs="local:1", memory=256, unprivileged=1, net0="name=eth0,bridge=vmbr0,ip=dhcp"))
    guest = node.lxc(vmid)
    finished(guest.status.start.post())
    guest.config.put(memory=300, tags="b;a", description="h\u00e4llo")
    finished(guest.resize.put(disk="rootfs", size="+1G"))
    config = guest.config.get()
    assert config["memory"] == 300 and config["tags"] == "a;b" and config["description"] == "h\u00e4llo\n", config
    assert config["rootfs"].endswith("size=2G"), config
    assert guest.status.current.get()["status"] == "running"
    assert "container is running" in refused(guest.delete)
    finished(guest.status.stop.post())
    finished(guest.delete())
    assert "does not exist" in refused(guest.config.get)


life(*sys.argv[1:])
