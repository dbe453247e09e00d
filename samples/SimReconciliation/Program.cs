// A SIM inventory is reconciled against a carrier's system of record, and may be killed at any time.
//
//   Carrier/      the other side: an HTTP API that throttles, blinks and expires
//   CarrierApi/   the client of it, with exceptions that say what to do
//   Inventory/    the service's own SIMs, in a SQLite file
//   Reconcile/    the job
//   Audit/        inventory against truth
//   Commands/     the command line: the main job, `carrier`, `audit`
using System.CommandLine;
using SimReconciliation.Commands;

var root = ReconcileCommand.Build();
root.Subcommands.Add(CarrierCommand.Build());
root.Subcommands.Add(AuditCommand.Build());

// Signals belong to the host that runs (it drains), not to the parser (which would abort after two seconds).
var line = root.Parse(args);
var code = await line.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
return line.Errors.Count > 0 ? Complaint.Usage : code;
