#!/usr/bin/perl
# move-mount.pl SOURCE MOUNT-NAMESPACE TARGET ro|rw
#
# Shows the directory SOURCE at TARGET inside another mount namespace, as PVE's hot-plug does: a detached copy of the mount is made
# here (open_tree), carried along into the namespace (setns) and attached there (move_mount). No util-linux of Debian 12 can do that.
# System call numbers are those of x86_64; the last three are the same everywhere.
use strict;
use warnings;

use constant { SETNS => 308, OPEN_TREE => 428, MOVE_MOUNT => 429, MOUNT_SETATTR => 442 };
use constant { AT_FDCWD => -100, AT_EMPTY_PATH => 0x1000, AT_RECURSIVE => 0x8000 };
use constant { OPEN_TREE_CLONE => 1, CLONE_NEWNS => 0x00020000, MOVE_MOUNT_F_EMPTY_PATH => 4, MOUNT_ATTR_RDONLY => 1 };

my ($source, $namespace, $target, $mode) = @ARGV;
my $empty = "";

open(my $ns, "<", $namespace) or die "$namespace: $!\n";
my $tree = syscall(OPEN_TREE, AT_FDCWD, $source, OPEN_TREE_CLONE | AT_RECURSIVE);
die "open_tree $source: $!\n" if $tree < 0;
if ($mode eq "ro") {
    my $attributes = pack("QQQQ", MOUNT_ATTR_RDONLY, 0, 0, 0);
    die "mount_setattr $source: $!\n" if syscall(MOUNT_SETATTR, $tree, $empty, AT_EMPTY_PATH, $attributes, length $attributes) != 0;
}
die "setns $namespace: $!\n" if syscall(SETNS, fileno($ns), CLONE_NEWNS) != 0;

# Missing directories belong to whom the guest's root directory belongs to.
my (undef, undef, undef, undef, $uid, $gid) = stat("/");
my $path = "";
for my $part (grep { length } split(m{/}, $target)) {
    $path .= "/$part";
    die "$path is a symbolic link\n" if -l $path && $path eq $target;
    next if -d $path;
    mkdir($path, 0755) or die "mkdir $path: $!\n";
    chown($uid, $gid, $path) or die "chown $path: $!\n";
}
die "move_mount $target: $!\n" if syscall(MOVE_MOUNT, $tree, $empty, AT_FDCWD, $target, MOVE_MOUNT_F_EMPTY_PATH) != 0;
