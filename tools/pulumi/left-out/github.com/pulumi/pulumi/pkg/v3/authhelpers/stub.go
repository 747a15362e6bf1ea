// Package authhelpers knows no cloud here.
package authhelpers

import (
	"context"
	"errors"

	"gocloud.dev/blob"
)

var errLeftOut = errors.New("this pulumi is built for pvesmb's tests, without Google Cloud")

type Credentials struct{ TokenSource any }

func ResolveGoogleCredentials(context.Context, string) (*Credentials, error) { return nil, errLeftOut }

func GoogleCredentialsMux(context.Context) (*blob.URLMux, error) { return nil, errLeftOut }
