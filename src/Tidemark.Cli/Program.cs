using Tidemark;
using Tidemark.Cli;

return await new CommandLine(Console.Out, Console.Error, Environment.GetEnvironmentVariable).InvokeAsync(
    args,
    (options, _) => throw new TidemarkException($"'{options.Name}' is understood, but this build has no engine behind the command line yet."));
