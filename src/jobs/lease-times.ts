/** How often a server extends the leases of what it runs: a lease outlives two that fail. */
export const renewalMs = (leaseMs: number): number => leaseMs / 3;

/** How often a server looks for jobs by itself, and so how long after its lease a dead server's job is taken up at the latest. */
export const lookMs = (leaseMs: number): number => Math.min(leaseMs / 3, 1000);
