using Tidemark.Cli;
using Tidemark.Cli.Runs;

return await new CommandLine(Console.Out, Console.Error, Environment.GetEnvironmentVariable).InvokeAsync(
    args,
    (options, _) => new RunCommand(options, Environment.GetEnvironmentVariable).RunAsync());
