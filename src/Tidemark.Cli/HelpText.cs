using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Tidemark.Cli.Commands;

namespace Tidemark.Cli;

/// <summary>The parser's help, mended where it does not know what stands behind <c>--</c> and takes what may be left out for required.</summary>
internal sealed class HelpText(HelpAction usual) : SynchronousCommandLineAction
{
    static readonly (string Found, string Meant)[] Mended =
    [
        ("run [options]", "run [options] -- COMMAND {}"),
        ("doctor <ID>", "doctor [ID]"), // as long as it was: the columns stay
        ("list <JOB>", "list [JOB]"),
    ];

    public override int Invoke(ParseResult parseResult)
    {
        var settings = parseResult.InvocationConfiguration;
        var output = settings.Output;
        using var text = new StringWriter();
        settings.Output = text;
        int code;
        try
        {
            code = usual.Invoke(parseResult);
        }
        finally
        {
            settings.Output = output;
        }
        output.WriteLine(Mend(text.ToString()).TrimEnd());
        if (parseResult.CommandResult.Command.Name == "run") output.WriteLine($"\n{Run.More}");
        return code;
    }

    static string Mend(string help)
    {
        foreach (var (found, meant) in Mended) help = help.Replace(found, meant, StringComparison.Ordinal);
        return help;
    }
}
