using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Placement;
using EdgeMesh.Core.Scheduling;

namespace EdgeMesh.Core.Planning;

/// <summary>
/// A summary of a text that is longer than the models' contexts: equal parts split at sentence borders are summarised at the same time, then the
/// partial summaries are combined, in as many stages as their length takes. Every stage is list scheduling: each task goes to the device that
/// would finish it first. Pure.
/// </summary>
internal static class SummaryInParts
{
    /// <summary>A text of more parts is refused: it would take a longer context.</summary>
    public const int MostParts = 512;

    // Of what a model reads at once a part takes this share at most, as tokens are estimated.
    private const double Margin = 0.85;
    private const int MostDevices = 64;
    private const int MostContexts = 4;

    /// <summary>
    /// The fastest split over devices whose models are equals: for every context length among them, the parts that just fit it on the devices
    /// that have it, as few as possible or one for each device. Null when no split is possible.
    /// </summary>
    /// <param name="equals">Best first; not empty.</param>
    /// <param name="load">Of the whole text.</param>
    public static Plan? Fastest(JobRequest request, IReadOnlyList<Candidate> equals, TaskLoad load)
    {
        Plan? fastest = null;
        var wanted = SummaryLength.Sentences((SummarizeOptions)request.Options, load.Tokens);
        var rooms = equals.Select(c => ContextFit.Room(c.Model, TaskKind.LlmGenerate, new SummarizeOptions(wanted)) ?? int.MaxValue).ToList();
        foreach (var room in rooms.Where(r => r < load.Tokens).Distinct().OrderDescending().Take(MostContexts))
        {
            var devices = WorkerLimit.Take(equals.Where((_, i) => rooms[i] >= room), request, MostDevices);
            var most = (int)(room * Margin);
            var least = Math.Max(2, (int)Math.Ceiling((double)load.Tokens / most));
            var even = (least + devices.Count - 1) / devices.Count * devices.Count;
            foreach (var count in even != least && load.Tokens / even >= ContextFit.LeastPart ? (int[])[least, even] : [least])
            {
                if (Parts(request.Text, count, most) is { } parts)
                {
                    var plan = new Builder(request, devices, wanted, most).Build(parts);
                    fastest = fastest is null || PlanTotal.Of(plan).P50Ms < PlanTotal.Of(fastest).P50Ms ? plan : fastest;
                }
            }
        }

        return fastest;
    }

    // At least so many parts that each has at most so many tokens; borders are where sentences end, so parts differ a little.
    private static ImmutableArray<TaskInput>? Parts(string text, int least, int most)
    {
        for (var count = least; count <= MostParts; count += Math.Max(1, count / 8))
        {
            var parts = TextSplitter.Split(text, count);
            if (parts.Length > 1 && parts.All(p => TokenEstimate.Of(text.AsSpan(p.Start, p.Length!.Value)) <= most))
            {
                return parts;
            }
        }

        return null;
    }

    private sealed class Builder(JobRequest request, List<Candidate> devices, int wanted, int most)
    {
        private readonly ImmutableArray<PlannedTask>.Builder _tasks = ImmutableArray.CreateBuilder<PlannedTask>();
        private readonly ImmutableArray<TaskPlacement>.Builder _placements = ImmutableArray.CreateBuilder<TaskPlacement>();
        private int _stage;

        public Plan Build(ImmutableArray<TaskInput> parts)
        {
            // Together the partial summaries say about twice as much as the answer may, and two of them fit one context at least.
            var options = (SummarizeOptions)request.Options;
            var each = Math.Max(2 * wanted / parts.Length, Math.Min(wanted, SummaryLength.UsualSentences));
            each = Math.Clamp(each, 1, Math.Max(1, most / (2 * SummaryLength.TokensPerSentence)));
            var partly = options with { Sentences = each, Share = null };
            var fanIn = Math.Max(2, most / SummaryLength.Tokens(partly));

            var outputs = Stage([.. parts.Select((p, i) => ($"Part {i + 1} of {parts.Length}", p))], partly, request.Text.Length / parts.Length);
            while (outputs.Length > fanIn)
            {
                var groups = Groups(outputs, fanIn);
                outputs = Stage([.. groups.Select((g, i) => ($"Combine {i + 1} of {groups.Count}", new TaskInput(0, null, g)))], partly, Chars(outputs.Length / groups.Count));
            }

            Stage([("Combine", new TaskInput(0, null, outputs))], options.Share is null ? options : options with { Sentences = wanted, Share = null }, Chars(outputs.Length));
            var used = _placements.Select(p => p.Device).Distinct().Count();
            return new Plan(_tasks.ToImmutable(), _placements.ToImmutable(), used == 1 ? "In parts on one device" : $"Split over {used} devices");

            int Chars(int summaries) => (int)(summaries * SummaryLength.Tokens(partly) * TokenEstimate.BytesPerToken);
        }

        // As equal as can be, none larger than the fan-in.
        private static List<ImmutableArray<TaskId>> Groups(ImmutableArray<TaskId> outputs, int fanIn)
        {
            var count = (outputs.Length + fanIn - 1) / fanIn;
            return [.. Enumerable.Range(0, count).Select(i => outputs[(outputs.Length * i / count)..(outputs.Length * (i + 1) / count)])];
        }

        private ImmutableArray<TaskId> Stage(ImmutableArray<(string Label, TaskInput Input)> work, SummarizeOptions options, int chars)
        {
            var first = _tasks.Count + 1;
            var sample = Task(first, work[0], options);
            var prices = devices.ConvertAll(c => CostModel.Price(sample, chars, c.Device, c.Runtime, c.Model, c.Borrowed));

            // What a device holds now is done before a later stage opens.
            var turns = ListScheduling.Assign(
                [.. devices.Select((c, d) => new WorkPlace(_stage == 0 ? c.Schedule() : new LaneSchedule(Lane.Idle(c.Runtime.Id, c.Runtime.Slots)), prices[d].P50Ms))], work.Length);
            for (var i = 0; i < work.Length; i++)
            {
                var (place, wait) = turns[i];
                var (c, price) = (devices[place], prices[place]);
                var task = Task(first + i, work[i], options) with { OnTryOutModel = TryOutModel.Is(c.Model, Skill.Summarize) };
                _tasks.Add(task);
                _placements.Add(new TaskPlacement(
                    task.Id, c.Device.Id, c.Device.Name, c.Runtime.Id, c.Model.Id, c.Runtime.Accelerator,
                    price.After(wait),
                    _stage == 0 ? "It finishes this part first." : "It combines what the others wrote soonest.", null));
            }

            _stage++;
            return [.. Enumerable.Range(first, work.Length).Select(n => new TaskId(n))];
        }

        private PlannedTask Task(int number, (string Label, TaskInput Input) work, SummarizeOptions options) =>
            new(new TaskId(number), _stage, TaskKind.LlmGenerate, work.Label, Skill.Summarize, work.Input, options, null);
    }
}
