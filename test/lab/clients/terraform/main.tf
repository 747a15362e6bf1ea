# A container's life as a user of bpg's provider declares it; life.sh changes the variables.

terraform {
  required_providers {
    proxmox = { source = "bpg/proxmox" }
  }
}

variable "endpoint" { type = string }
variable "api_token" {
  type      = string
  sensitive = true
}
variable "password" {
  type      = string
  sensitive = true
}
variable "stage" {
  type        = string
  description = "first, changed or cloned"
}

locals {
  changed = var.stage != "first"
}

provider "proxmox" {
  endpoint  = var.endpoint
  insecure  = true
  api_token = var.api_token
  username  = var.api_token == "" ? "root@pam" : ""
  password  = var.api_token == "" ? var.password : ""
}

resource "proxmox_virtual_environment_pool" "files" {
  pool_id = "files"
  comment = local.changed ? "files of the office" : "files"
}

resource "proxmox_virtual_environment_container" "files" {
  node_name     = "pve1"
  vm_id         = 4100
  pool_id       = proxmox_virtual_environment_pool.files.pool_id
  description   = local.changed ? "the office's files\nsince today" : "files"
  tags          = local.changed ? ["a", "b", "office"] : ["b", "a"]
  unprivileged  = true
  start_on_boot = !local.changed
  started       = var.stage != "cloned"

  cpu {
    cores = local.changed ? 2 : 1
  }
  memory {
    dedicated = local.changed ? 768 : 512
    swap      = 128
  }
  disk {
    datastore_id = "local"
    size         = local.changed ? 3 : 2
  }
  mount_point {
    volume = "local"
    size   = "1G"
    path   = "/srv/data"
    backup = true
  }
  dynamic "mount_point" {
    for_each = local.changed ? ["/srv/more"] : []
    content {
      volume = "local"
      size   = "1G"
      path   = mount_point.value
    }
  }
  features {
    nesting = true
  }
  startup {
    order    = "3"
    up_delay = local.changed ? "30" : "60"
  }
  initialization {
    hostname = local.changed ? "office" : "files"
    dns {
      domain  = "example.org"
      servers = ["10.0.0.2"]
    }
    ip_config {
      ipv4 {
        address = "10.0.0.50/24"
        gateway = "10.0.0.1"
      }
    }
    user_account {
      password = "third-party-2"
    }
  }
  network_interface {
    name   = "eth0"
    bridge = "vmbr0"
  }
  operating_system {
    template_file_id = "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst"
    type             = "debian"
  }
}

resource "proxmox_virtual_environment_container" "copy" {
  count     = var.stage == "cloned" ? 1 : 0
  node_name = "pve1"
  vm_id     = 4101
  started   = false
  clone {
    vm_id = proxmox_virtual_environment_container.files.vm_id
  }
  # Comes with the clone.
  startup {
    order    = "3"
    up_delay = "30"
  }
  initialization {
    hostname = "copy"
  }
}
