const program = "/usr/local/lib/pvesmb/quota-collector";

/** Files and units of the collector on a host. */
export const COLLECTOR = {
    program,
    /** The distribution's Python; a directory with __main__.py is a program (-I: ignores the host's Python environment). */
    command: ["/usr/bin/python3", "-I", "-X", "utf8", program],
    /** One JSON file per quota, mode 0600 in 0700: it may hold a webhook's secret. */
    entries: "/var/lib/pvesmb/quota.d",
    /** Recorded samples. */
    data: "/var/lib/pvesmb/quota",
    /** For node-exporter's --collector.textfile.directory. */
    metrics: "/var/lib/pvesmb/metrics",
    /** Where Debian's node-exporter looks; written only if the directory exists. */
    debianMetrics: "/var/lib/prometheus/node-exporter/pvesmb-quota.prom",
    service: "pvesmb-quota.service",
    timer: "pvesmb-quota.timer",
    /** Metrics over HTTP: installed, but disabled until the administrator enables it (docs/quota-usage.md). */
    socket: "pvesmb-quota-metrics.socket",
    connection: "pvesmb-quota-metrics@.service",
} as const;
