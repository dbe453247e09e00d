using Tidemark.TortureHost;
using Tidemark.TortureHost.Serve;

// torture supervise   the parent: starts writers, kills and stops them, checks what is left       (--seconds 20 --processes 8 --seed 1)
// torture write       one writer, started by the parent
// torture hold        takes a user transaction, says "held", and holds it until a line comes on stdin
// torture stop        stops a process while nobody is inside the gate                                 (--gate PATH --pid 17)
// torture migrate     three migrations; kills itself after one of them                                (--kill-after 1)
// torture work        one process of a service with a job; TIDEMARK_FAULT=name@k:kill9|stop|throw|sleep (--drain-at 7, --hold-at 7, --prune 1, --lease-ms 600, --watch-only 1)
//                     on a file; work and serve also on a server: --connection TEXT --schema NAME, and --own-host 1 to share no presence file
// torture serve       one process of a fleet: asks for jobs of every kind and runs them        (--life 0 --produce 100 --pause-ms 20 --items 12 --lease-ms 2000)
// torture schedule    one process of a fleet that keeps schedules                                  (--life 0 --intervals 5,5,30)
// torture killer      a service with a job that takes the process with it at one item, and another beside it
// torture lock        takes a lock and writes with its token, a line on stdin each                   (--lease-ms 600)
// torture beat        workers of a server that beat and beat while the thread pool is blocked for good    (--connection TEXT --schema NAME --workers 4 --beats 10000 --lease-ms 2000)
// torture fairness    writers that contend for the gate without a pause, nobody is killed           (--seconds 10 --processes 8 --producers 1)
// torture bench       how fast the bare writer is                                                  (--seconds 5 --rows 500 --operations 1)
var arguments = new Arguments(args);
return arguments.Mode switch
{
    "supervise" => new Supervisor(arguments).Run(),
    "write" => await WriteAsync(arguments),
    "hold" => await GateHolder.RunAsync(arguments),
    "stop" => Stopper.Run(arguments),
    "work" => await new WorkMode(arguments).RunAsync(),
    "serve" => await ServeMode.RunAsync(arguments),
    "schedule" => await ScheduleMode.RunAsync(arguments),
    "killer" => await KillerMode.RunAsync(arguments),
    "beat" => await BeatMode.RunAsync(arguments),
    "lock" => await LockMode.RunAsync(arguments),
    "migrate" => MigrationMode.Run(arguments),
    "fairness" => Fairness.Run(arguments),
    "contend" => await Fairness.ContendAsync(arguments),
    "bench" => await WriterBench.RunAsync(arguments),
    _ => Arguments.Usage(),
};

static async Task<int> WriteAsync(Arguments arguments)
{
    using var writer = new TortureWriter(arguments);
    return await writer.RunAsync();
}
