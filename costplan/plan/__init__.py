"""Makes documents: a bill, an estimate. Workload and catalogue in, document out."""
