using Tidemark.Cli;
using Tidemark.Cli.Runs;

if (!StandardDescriptors.IsGiven(StandardDescriptors.Output)) Console.SetOut(TextWriter.Null);
if (!StandardDescriptors.IsGiven(StandardDescriptors.Error)) Console.SetError(TextWriter.Null);

return await new CommandLine(Console.Out, Console.Error, Environment.GetEnvironmentVariable).InvokeAsync(
    args,
    (options, _) => new RunCommand(options, Environment.GetEnvironmentVariable).RunAsync());
