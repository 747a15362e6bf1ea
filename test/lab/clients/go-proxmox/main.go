// Drives the lab with github.com/luthermonson/go-proxmox: a container's life, with the token or the ticket that the arguments name.
//
//	go-proxmox <port> token|ticket
package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	proxmox "github.com/luthermonson/go-proxmox"
)

const template = "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst"

func main() {
	if err := life(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func connect(port, how string) *proxmox.Client {
	insecure := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	login := proxmox.WithCredentials(&proxmox.Credentials{Username: "root@pam", Password: os.Getenv("LAB_PASSWORD")})
	if how == "token" {
		login = proxmox.WithAPIToken("root@pam!t1", os.Getenv("LAB_TOKEN"))
	}
	return proxmox.NewClient("https://127.0.0.1:"+port+"/api2/json", proxmox.WithHTTPClient(insecure), login)
}

func finished(ctx context.Context, task *proxmox.Task, err error) error {
	if err != nil {
		return err
	}
	if err := task.Wait(ctx, 50*time.Millisecond, 20*time.Second); err != nil {
		return err
	}
	if !task.IsSuccessful {
		return fmt.Errorf("task %s ended with %s", task.UPID, task.ExitStatus)
	}
	return nil
}

func life(port, how string) error {
	ctx := context.Background()
	client := connect(port, how)
	if _, err := client.Version(ctx); err != nil {
		return fmt.Errorf("version: %w", err)
	}
	cluster, err := client.Cluster(ctx)
	if err != nil {
		return fmt.Errorf("cluster: %w", err)
	}
	vmid, err := cluster.NextID(ctx)
	if err != nil {
		return fmt.Errorf("next id: %w", err)
	}
	node, err := client.Node(ctx, "pve1")
	if err != nil {
		return fmt.Errorf("node: %w", err)
	}
	if _, err := node.Storages(ctx); err != nil {
		return fmt.Errorf("storages: %w", err)
	}
	options := []proxmox.ContainerOption{{Name: "ostemplate", Value: template}, {Name: "rootfs", Value: "local:1"}, {Name: "unprivileged", Value: true}, {Name: "memory", Value: 256}}
	task, err := node.NewContainer(ctx, vmid, options...)
	if err := finished(ctx, task, err); err != nil {
		return fmt.Errorf("create: %w", err)
	}
	container, err := node.Container(ctx, vmid)
	if err != nil {
		return fmt.Errorf("container: %w", err)
	}
	task, err = container.Start(ctx)
	if err := finished(ctx, task, err); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	if _, err := container.Config(ctx, proxmox.ContainerOption{Name: "memory", Value: 300}); err != nil {
		return fmt.Errorf("config: %w", err)
	}
	// Container.Resize of this release posts where PVE wants a PUT, which PVE answers with 501 like the lab.
	if _, err := container.Resize(ctx, "rootfs", "+1G"); err == nil || !strings.Contains(err.Error(), "501") {
		return fmt.Errorf("resize by POST: %v", err)
	}
	var upid proxmox.UPID
	if err := client.Put(ctx, fmt.Sprintf("/nodes/pve1/lxc/%d/resize", vmid), map[string]any{"disk": "rootfs", "size": "+1G"}, &upid); err != nil {
		return fmt.Errorf("resize: %w", err)
	}
	if err := finished(ctx, proxmox.NewTask(upid, client), nil); err != nil {
		return fmt.Errorf("resize: %w", err)
	}
	if _, err := container.Interfaces(ctx); err != nil {
		return fmt.Errorf("interfaces: %w", err)
	}
	container, err = node.Container(ctx, vmid)
	if err != nil {
		return fmt.Errorf("container: %w", err)
	}
	if container.Status != "running" || container.ContainerConfig.Memory != 300 || !strings.HasSuffix(container.ContainerConfig.RootFS, "size=2G") {
		return fmt.Errorf("container reads as %s, %v MiB, %s", container.Status, container.ContainerConfig.Memory, container.ContainerConfig.RootFS)
	}
	task, err = container.Stop(ctx)
	if err := finished(ctx, task, err); err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	task, err = container.Delete(ctx)
	if err := finished(ctx, task, err); err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	if _, err := node.Container(ctx, vmid); err == nil {
		return errors.New("the container is still there")
	}
	return nil
}
