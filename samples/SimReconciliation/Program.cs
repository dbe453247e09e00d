// A SIM inventory is reconciled against a carrier's system of record, and may be killed at any time.
//
//   Carrier/      the other side: an HTTP API that throttles, blinks and expires
//   CarrierApi/   the client of it, with exceptions that say what to do
//   Inventory/    the service's own SIMs, in a SQLite file, or on a PostgreSQL server with --store
//   Reconcile/    the job, and what is told of a run at its end
//   Watch/        the job's progress on the terminal
//   Audit/        inventory against truth
//   Commands/     the command line: the main job, `carrier`, `audit`
using System.CommandLine;
using SimReconciliation.CarrierApi;
using SimReconciliation.Commands;
using SimReconciliation.Inventory;
using SimReconciliation.Reconcile;
using SimReconciliation.Watch;
using Npgsql;
using Tidemark;

var root = ReconcileCommand.Build(Compose);
root.Subcommands.Add(CarrierCommand.Build());
root.Subcommands.Add(AuditCommand.Build());

// Signals belong to the host that runs (it drains), not to the parser (which would abort after two seconds).
var line = root.Parse(args);
return line.Errors.Count > 0
    ? Complaint.Refuse(line.Errors.Select(error => error.Message))
    : await line.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

// The service: its carrier, its inventory, its one job with what an interruption may cost and what each failure means.
static IHost Compose(RunOptions run)
{
    var service = Host.CreateEmptyApplicationBuilder(settings: null);
    service.Logging.AddProvider(new ScreenLogging(Screen.OfStandardError));
    service.Services.AddCarrierClient(run.Carrier, timeout: TimeSpan.FromSeconds(2));
    service.Services.AddSingleton(_ => run.Store is null ? SimInventory.Open(Path.Combine(run.Data, SimInventory.FileName)) : SimInventory.OpenServer(run.Store));
    service.Services.AddTidemark(tidemark =>
    {
        if (run.Store is null) tidemark.UseSqlite(Path.Combine(run.Data, "tidemark.db"));
        else tidemark.UsePostgreSql(NpgsqlDataSource.Create(run.Store));
        tidemark.Options.CrashBudget = 100; // this service is killed for show: a crash is never its job's doing …
        tidemark.AddJob(SimJobs.Reconcile).HandledBy<ReconcileSims>()
            .Stream(SimJobs.Stream, stream =>
            {
                stream.ResumeCost = ResumeCost.AtMost(items: 200);
                stream.Concurrency = 2;
                stream.QuarantineAfterCrashes = 0; // … nor an item's
                stream.Retry = new() { MaxRetries = 6, BaseDelay = TimeSpan.FromMilliseconds(100), Ceiling = TimeSpan.FromSeconds(5) };
            })
            .OnException<CarrierQuotaException>(quota => FaultDecision.ParkUntil(quota.ResetsAt, "the carrier's daily quota is used up"))
            .OnException<CarrierThrottledException>(throttled => FaultDecision.Retry(throttled.RetryAfter))
            .OnException<CarrierUnavailableException>(_ => FaultDecision.Retry())
            .OnException<CarrierRefusedException>(_ => FaultDecision.Fail)
            .OnException<MalformedSimException>(_ => FaultDecision.Quarantine);
    });
    return service.Build();
}
