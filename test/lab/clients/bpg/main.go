// Drives the lab with the client packages of bpg's Terraform provider, which decode every answer into their own types: a container's life,
// users, datacenter options, storages, metric servers and HA, with the token or the ticket that the arguments name.
//
//	bpg <port> token|ticket
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/bpg/terraform-provider-proxmox/proxmox"
	"github.com/bpg/terraform-provider-proxmox/proxmox/access"
	"github.com/bpg/terraform-provider-proxmox/proxmox/api"
	"github.com/bpg/terraform-provider-proxmox/proxmox/cluster"
	"github.com/bpg/terraform-provider-proxmox/proxmox/cluster/metrics"
	"github.com/bpg/terraform-provider-proxmox/proxmox/nodes/containers"
	"github.com/bpg/terraform-provider-proxmox/proxmox/storage"
	"github.com/bpg/terraform-provider-proxmox/proxmox/types"
)

const template = "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst"

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	client, err := connect(os.Args[1], os.Args[2])
	if err != nil {
		fail("connect", err)
	}
	parts := []struct {
		name string
		do   func(context.Context, proxmox.Client) error
	}{{"container", container}, {"users", users}, {"options", options}, {"storages", storages}, {"metrics", metricServers}}
	for _, part := range parts {
		if err := part.do(ctx, client); err != nil {
			fail(part.name, err)
		}
	}
}

func fail(what string, err error) {
	fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
	os.Exit(1)
}

func connect(port, how string) (proxmox.Client, error) {
	token := ""
	if how == "token" {
		token = "root@pam!t1=" + os.Getenv("LAB_TOKEN")
	}
	credentials, err := api.NewCredentials("root@pam", os.Getenv("LAB_PASSWORD"), "", token, "", "")
	if err != nil {
		return nil, err
	}
	connection, err := api.NewConnection("https://127.0.0.1:"+port, true, "")
	if err != nil {
		return nil, err
	}
	client, err := api.NewClient(credentials, connection)
	if err != nil {
		return nil, err
	}
	return proxmox.NewClient(client, nil, ""), nil
}

func ptr[T any](value T) *T { return &value }

// expect names the first fact that does not hold.
func expect(facts map[string]bool) error {
	for fact, holds := range facts {
		if !holds {
			return errors.New("not so: " + fact)
		}
	}
	return nil
}

func container(ctx context.Context, client proxmox.Client) error {
	if _, err := client.Version().Version(ctx); err != nil {
		return fmt.Errorf("version: %w", err)
	}
	id, err := client.Cluster().GetNextID(ctx, nil)
	if err != nil {
		return fmt.Errorf("next id: %w", err)
	}
	node := client.Node("pve1")
	guest := node.Container(*id)
	yes, no := types.CustomBool(true), types.CustomBool(false)
	body := containers.CreateRequestBody{
		VMID: id, OSTemplateFileVolume: ptr(template), Hostname: ptr("bpg"), DedicatedMemory: ptr(256), Unprivileged: &yes,
		DatastoreID: ptr("local"), RootFS: &containers.CustomRootFS{Volume: "local:1"}, Features: &containers.CustomFeatures{Nesting: &yes},
		NetworkInterfaces: containers.CustomNetworkInterfaces{"net0": {Name: "eth0", Enabled: true, Bridge: ptr("vmbr0"), IPv4Address: ptr("dhcp")}},
		Description:       ptr("by a provider"), Tags: ptr("b;a"), Start: &yes, Template: &no,
	}
	if err := node.Container(0).CreateContainer(ctx, &body).Err(); err != nil {
		return fmt.Errorf("create: %w", err)
	}
	// Its start is under way: PVE takes a second one and ends it well.
	if err := guest.StartContainer(ctx).Err(); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	if err := guest.WaitForContainerStatus(ctx, "running"); err != nil {
		return fmt.Errorf("running: %w", err)
	}
	if err := guest.UpdateContainer(ctx, &containers.UpdateRequestBody{DedicatedMemory: ptr(300)}); err != nil {
		return fmt.Errorf("update: %w", err)
	}
	if err := guest.ResizeContainerDisk(ctx, &containers.ResizeRequestBody{Disk: "rootfs", Size: "2G"}).Err(); err != nil {
		return fmt.Errorf("resize: %w", err)
	}
	config, err := guest.GetContainer(ctx)
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	if _, err := guest.GetContainerNetworkInterfaces(ctx); err != nil {
		return fmt.Errorf("interfaces: %w", err)
	}
	if _, err := client.Cluster().GetClusterResourcesVM(ctx); err != nil {
		return fmt.Errorf("resources: %w", err)
	}
	if err := guest.StopContainer(ctx); err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	if err := guest.WaitForContainerStatus(ctx, "stopped"); err != nil {
		return fmt.Errorf("stopped: %w", err)
	}
	copied := *id + 1
	if err := guest.CloneContainer(ctx, &containers.CloneRequestBody{VMIDNew: copied, FullCopy: &yes}).Err(); err != nil {
		return fmt.Errorf("clone: %w", err)
	}
	for _, vmid := range []int{copied, *id} {
		if err := node.Container(vmid).DeleteContainer(ctx).Err(); err != nil {
			return fmt.Errorf("delete: %w", err)
		}
	}
	_, gone := guest.GetContainer(ctx)
	return expect(map[string]bool{
		"memory":      config.DedicatedMemory != nil && *config.DedicatedMemory == 300,
		"description": config.Description != nil && *config.Description == "by a provider\n",
		"tags":        config.Tags != nil && *config.Tags == "a;b",
		"size":        config.RootFS != nil && config.RootFS.Size != nil && config.RootFS.Size.InGigabytes() == 2,
		"template":    config.Template != nil && !bool(*config.Template),
		"nesting":     config.Features != nil && config.Features.Nesting != nil && bool(*config.Features.Nesting),
		"gone":        gone != nil,
	})
}

func users(ctx context.Context, client proxmox.Client) error {
	people := client.Access()
	if err := people.CreateGroup(ctx, &access.GroupCreateRequestBody{ID: "bpg"}); err != nil {
		return fmt.Errorf("group: %w", err)
	}
	yes := types.CustomBool(true)
	create := access.UserCreateRequestBody{ID: "kim@pve", Password: "password1", Groups: []string{"bpg"}, FirstName: ptr("Kim"), LastName: ptr("Ode"), Enabled: &yes}
	if err := people.CreateUser(ctx, &create); err != nil {
		return fmt.Errorf("create: %w", err)
	}
	listed, err := people.ListUsers(ctx)
	if err != nil {
		return fmt.Errorf("list: %w", err)
	}
	value, err := people.CreateUserToken(ctx, "kim@pve", "t2", &access.UserTokenCreateRequestBody{Comment: ptr("c")})
	if err != nil {
		return fmt.Errorf("token: %w", err)
	}
	kim, err := people.GetUser(ctx, "kim@pve")
	if err != nil {
		return fmt.Errorf("get: %w", err)
	}
	unknown := people.CreateUser(ctx, &access.UserCreateRequestBody{ID: "bo@pve", Groups: []string{"nobody"}})
	if err := people.DeleteUser(ctx, "kim@pve"); err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	if err := people.DeleteGroup(ctx, "bpg"); err != nil {
		return fmt.Errorf("delete group: %w", err)
	}
	return expect(map[string]bool{
		"two users":     len(listed) == 2,
		"a secret":      value != "",
		"first name":    kim.FirstName != nil && *kim.FirstName == "Kim",
		"last name":     kim.LastName != nil && *kim.LastName == "Ode",
		"groups":        kim.Groups != nil && len(*kim.Groups) == 1,
		"unknown group": unknown != nil && strings.Contains(unknown.Error(), "no such group 'nobody'"),
	})
}

func options(ctx context.Context, client proxmox.Client) error {
	set := cluster.OptionsRequestData{
		NextID: ptr("lower=100,upper=9999"), Migration: ptr("type=insecure"), ClusterResourceScheduling: ptr("ha=static"),
		TagStyle: ptr("case-sensitive=1"), RegisteredTags: ptr("x;y"), MaxWorkers: ptr(int64(3)),
	}
	if err := client.Cluster().CreateUpdateOptions(ctx, &set); err != nil {
		return fmt.Errorf("set: %w", err)
	}
	got, err := client.Cluster().GetOptions(ctx)
	if err != nil {
		return fmt.Errorf("get: %w", err)
	}
	names := strings.Split("next-id migration crs tag-style registered-tags max_workers", " ")
	if err := client.Cluster().CreateUpdateOptions(ctx, &cluster.OptionsRequestData{Delete: names}); err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	after, err := client.Cluster().GetOptions(ctx)
	if err != nil {
		return fmt.Errorf("get again: %w", err)
	}
	return expect(map[string]bool{
		"next id":   got.NextID != nil && got.NextID.Upper != nil && int64(*got.NextID.Upper) == 9999,
		"migration": got.Migration != nil && *got.Migration.Type == "insecure",
		"crs":       got.ClusterResourceScheduling != nil && *got.ClusterResourceScheduling.HA == "static",
		"tags":      got.RegisteredTags != nil && len(*got.RegisteredTags) == 2,
		"workers":   got.MaxWorkers != nil && int64(*got.MaxWorkers) == 3,
		"prefix":    after.MacPrefix != nil && *after.MacPrefix == "BC:24:11",
		"deleted":   after.NextID == nil && after.Migration == nil && after.RegisteredTags == nil,
	})
}

func storages(ctx context.Context, client proxmox.Client) error {
	id := ptr("bpg-store")
	// DirectoryStorageCreateRequest always has an option that 8.4 does not know.
	create := struct {
		ID        string `url:"storage"`
		Type      string `url:"type"`
		Path      string `url:"path"`
		Content   string `url:"content"`
		Base      int    `url:"create-base-path"`
		Sub       int    `url:"create-subdirs"`
		Protected int    `url:"max-protected-backups"`
	}{*id, "dir", "/var/lib/bpgstore", "iso,snippets", 1, 1, 5}
	if _, err := client.Storage().CreateDatastore(ctx, &create); err != nil {
		return fmt.Errorf("create: %w", err)
	}
	got, err := client.Storage().GetDatastore(ctx, &storage.DatastoreGetRequest{ID: id})
	if err != nil {
		return fmt.Errorf("get: %w", err)
	}
	rows, err := client.Node("pve1").Storage("bpg-store").ListDatastores(ctx, nil)
	if err != nil {
		return fmt.Errorf("list: %w", err)
	}
	if _, err := client.Node("pve1").Storage("bpg-store").ListDatastoreFiles(ctx, nil); err != nil {
		return fmt.Errorf("files: %w", err)
	}
	if err := client.Storage().DeleteDatastore(ctx, "bpg-store"); err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	return expect(map[string]bool{
		"base path":         got.CreateBasePath != nil && bool(*got.CreateBasePath),
		"protected backups": got.MaxProtectedBackups != nil && int64(*got.MaxProtectedBackups) == 5,
		"both listed":       len(rows) == 2,
	})
}

func metricServers(ctx context.Context, client proxmox.Client) error {
	servers := client.Cluster().Metrics()
	data := metrics.ServerRequestData{}
	data.ID, data.Type, data.Server, data.Port, data.Bucket = "inf", ptr("influxdb"), "10.0.0.9", 8089, ptr("b")
	if err := servers.CreateServer(ctx, &data); err != nil {
		return fmt.Errorf("create: %w", err)
	}
	update := metrics.ServerRequestData{Delete: []string{"bucket"}}
	update.ID, update.Server, update.Port = "inf", "10.0.0.8", 8089
	if err := servers.UpdateServer(ctx, &update); err != nil {
		return fmt.Errorf("update: %w", err)
	}
	got, err := servers.GetServer(ctx, "inf")
	if err != nil {
		return fmt.Errorf("get: %w", err)
	}
	if _, err := servers.GetServers(ctx); err != nil {
		return fmt.Errorf("list: %w", err)
	}
	if err := servers.DeleteServer(ctx, "inf"); err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	return expect(map[string]bool{"bucket": got.Bucket == nil, "server": got.Server == "10.0.0.8"})
}
