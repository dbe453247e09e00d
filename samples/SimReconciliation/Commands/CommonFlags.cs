using System.CommandLine;
using Npgsql;

namespace SimReconciliation.Commands;

/// <summary>Options that more than one command has.</summary>
internal static class CommonFlags
{
    public static Option<string> Data() => new("--data")
    {
        Description = "The directory of everything that survives a kill: inventory, carrier's log, Tidemark's store.",
        DefaultValueFactory = _ => "sim-data",
    };

    public static Option<string?> Store()
    {
        var store = new Option<string?>("--store")
        {
            Description = "A PostgreSQL server that keeps inventory and jobs, as Npgsql's keys: \"Host=localhost;Database=sims\". Without it files in --data do.",
        };
        store.Validators.Add(result =>
        {
            try
            {
                _ = new NpgsqlConnectionStringBuilder(result.GetValueOrDefault<string?>());
            }
            catch (ArgumentException fault)
            {
                result.AddError($"--store is not a connection of Npgsql's keys, like \"Host=localhost;Database=sims\": {fault.Message}");
            }
        });
        return store;
    }

    public static Option<Uri?> Carrier() => new("--carrier")
    {
        Description = "The address of a carrier that runs by itself; without it the process hosts its own.",
        CustomParser = argument =>
        {
            var text = argument.Tokens.Single().Value;
            if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" && address.IsLoopback)
                return new Uri(address, "/");
            argument.AddError($"'{text}' is no address of a carrier on this machine: write http://127.0.0.1:5080.");
            return null;
        },
    };
}
