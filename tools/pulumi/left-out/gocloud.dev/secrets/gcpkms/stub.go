// Package gcpkms has what the CLI names of it, and opens nothing.
package gcpkms

import (
	"context"
	"errors"
	"net/url"

	"gocloud.dev/secrets"
)

const Scheme = "gcpkms"

var errLeftOut = errors.New("this pulumi is built for pvesmb's tests, without Google Cloud")

type Client struct{}

func Dial(context.Context, any) (*Client, func(), error) { return nil, nil, errLeftOut }

type URLOpener struct{ Client *Client }

func (*URLOpener) OpenKeeperURL(context.Context, *url.URL) (*secrets.Keeper, error) {
	return nil, errLeftOut
}
