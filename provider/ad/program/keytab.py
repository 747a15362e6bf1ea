"""Gets tickets by a keytab, as `kinit -k` does, then becomes the command that uses them. Arguments: keytab, principal, cache, command.

Nothing but MIT's library is needed for it, which Debian's sshd and smbd bring along; a gateway has no kinit. What follows of a cache that is
there already uses its tickets.
"""
import ctypes
import os
import sys

CREDENTIALS = 1024  # more than krb5_creds of krb5.h has (128 bytes on 64-bit machines)


class Failed(Exception):
    pass


def library():
    try:
        krb5 = ctypes.CDLL("libkrb5.so.3")
    except OSError:
        raise Failed("libkrb5.so.3 is missing; install libkrb5-3") from None
    krb5.krb5_get_error_message.restype = ctypes.c_char_p
    krb5.krb5_get_error_message.argtypes = [ctypes.c_void_p, ctypes.c_int32]
    return krb5


def get_tickets(keytab, principal, cache):
    krb5 = library()
    context = ctypes.c_void_p()

    def call(name, *arguments):
        code = getattr(krb5, name)(context, *arguments)
        if code:
            raise Failed(krb5.krb5_get_error_message(context, code).decode("utf-8", "replace"))

    if krb5.krb5_init_context(ctypes.byref(context)):
        raise Failed("krb5.conf cannot be read")
    client, keys, options, tickets = (ctypes.c_void_p() for _ in range(4))
    credentials = ctypes.create_string_buffer(CREDENTIALS)
    call("krb5_parse_name", principal.encode(), ctypes.byref(client))
    call("krb5_kt_resolve", b"FILE:" + keytab.encode(), ctypes.byref(keys))
    call("krb5_get_init_creds_opt_alloc", ctypes.byref(options))
    call("krb5_get_init_creds_keytab", credentials, client, keys, ctypes.c_int32(0), None, options)
    call("krb5_cc_resolve", b"FILE:" + cache.encode(), ctypes.byref(tickets))
    call("krb5_cc_initialize", tickets, client)
    call("krb5_cc_store_cred", tickets, credentials)
    call("krb5_cc_close", tickets)


def main():
    keytab, principal, cache, *command = sys.argv[1:]
    if not os.path.exists(cache):
        try:
            get_tickets(keytab, principal, cache)
        except Failed as error:
            sys.exit(f"keytab: {error}")
    os.execvp(command[0], command)


main()
