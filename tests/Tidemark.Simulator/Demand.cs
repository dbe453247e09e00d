using System.CommandLine.Parsing;

namespace Tidemark.Simulator;

internal static class Demand
{
    public static void AtLeast(int least, OptionResult result)
    {
        if (result.GetValueOrDefault<int>() is var number && number < least) result.AddError($"{result.Option.Name} is {number}: give {least} or more.");
    }
}
