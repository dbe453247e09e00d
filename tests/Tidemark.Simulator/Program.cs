// tidemark-sim: the simulation of tests/Tidemark.Tests/Simulation for as long as wanted.
//
//   tidemark-sim --seeds 1000000                  as many seeds, on all cores
//   tidemark-sim --seed 4711 --story story.txt    one seed, and what happened in it
//   tidemark-sim --seeds 300 --flaw fence         a build broken on purpose: it must turn red
using System.CommandLine;
using Tidemark.Simulator;

var seeds = new Option<int>("--seeds") { Description = "How many seeds.", DefaultValueFactory = _ => 1_000_000 };
var from = new Option<int>("--from") { Description = "The first of them.", DefaultValueFactory = _ => 1 };
var seed = new Option<int?>("--seed") { Description = "One seed alone." };
var story = new Option<string?>("--story") { Description = "The file that is told what happened in it." };
var flaw = new Option<string?>("--flaw") { Description = $"A defect to be noticed: {string.Join(", ", Seeds.Flaws)}." };
var threads = new Option<int>("--threads") { Description = "Simulations at once.", DefaultValueFactory = _ => Environment.ProcessorCount };
var stopAfter = new Option<int>("--stop-after") { Description = "Red seeds after which it ends.", DefaultValueFactory = _ => 10 };
var keep = new Option<string?>("--keep") { Description = "The file of seeds to which the red ones are added, tests/Tidemark.Tests/Simulation/Seeds.txt for instance." };
seeds.Validators.Add(result => Demand.AtLeast(1, result));
from.Validators.Add(result => Demand.AtLeast(0, result));
threads.Validators.Add(result => Demand.AtLeast(1, result));
stopAfter.Validators.Add(result => Demand.AtLeast(1, result));
flaw.AcceptOnlyFromAmong([.. Seeds.Flaws]);

var root = new RootCommand("Runs the simulated engine through many seeds. Exit code: 0 none was red, 1 some were, 2 a mistake on the command line, 130 interrupted.")
{
    seeds, from, seed, story, flaw, threads, stopAfter, keep,
};
root.SetAction((line, cancel) => line.GetValue(seed) is { } one
    ? Task.FromResult(Seeds.RunOne(one, line.GetValue(flaw), line.GetValue(story)))
    : new Seeds(line.GetValue(from), line.GetValue(seeds), line.GetValue(flaw), line.GetValue(stopAfter), line.GetValue(keep)).RunAsync(line.GetValue(threads), cancel));
var parsed = root.Parse(args);
if (parsed.Errors.Count == 0) return await parsed.InvokeAsync();
foreach (var error in parsed.Errors) await Console.Error.WriteLineAsync($"tidemark-sim: {error.Message} See tidemark-sim --help.");
return 2;
