namespace EdgeMesh.Bench.Chaos;

/// <summary>What is asked for.</summary>
internal enum Work
{
    Chat,
    SlowChat,
    Echo,
    Summary,
    Image,
    Sysinfo,
    Onnx,
}

/// <summary>One piece of work, from before it was sent until it was judged.</summary>
/// <param name="Tag">In its text, so that the engine, its title and its result can be told from all others.</param>
/// <param name="Request">The JSON that is posted.</param>
/// <param name="Expected">Its whole result; null where it is not text that is known before.</param>
/// <param name="Picture">The bytes of its images; null when it makes none.</param>
internal sealed record ChaosJob(string Tag, Work Work, object Request, string? Expected, byte[]? Picture = null)
{
    /// <summary>Since its 202; null while nobody said that.</summary>
    public string? Id { get; set; }

    /// <summary>What was said instead of 202 when it was sent last.</summary>
    public string LastAnswer { get; set; } = "no answer yet";

    /// <summary>What a reader of its events got, over all its connections; null when nobody read.</summary>
    public Journal? Read { get; set; }

    /// <summary>How often the reader had to connect.</summary>
    public int Connections { get; set; }
}

/// <summary>Makes the work of a run, by its seed.</summary>
internal sealed class WorkMix(int seed)
{
    private static readonly (Work Work, int Share)[] Shares = [(Work.Chat, 35), (Work.SlowChat, 15), (Work.Echo, 20), (Work.Summary, 15), (Work.Image, 10), (Work.Onnx, 10), (Work.Sysinfo, 5)];
    private static readonly Work[] Small = [Work.Echo, Work.Echo, Work.Echo, Work.Summary];
    private readonly Random _random = new(seed);
    private readonly Lock _lock = new();
    private int _made;

    /// <summary>The text of every summary: the one answer to it is learned before the first fault.</summary>
    public static string Article { get; } = string.Join(' ', Enumerable.Range(1, 40).Select(i =>
        $"Tide table {i} says that the water at mill {i % 7} rises for {(i * 13) % 47} minutes before the wheel turns, and the miller writes it down."));

    public static object SummaryRequest(string tag) => new { kind = "summarize", text = Article, model = "textrank", fileName = tag, options = new { sentences = 4 } };

    /// <summary>The next piece of work.</summary>
    /// <param name="summary">The answer to <see cref="Article"/>.</param>
    /// <param name="smallOnly">Only what takes no engine.</param>
    public ChaosJob Next(string summary, bool smallOnly)
    {
        lock (_lock)
        {
            var tag = $"c{++_made:00000}";
            var work = smallOnly ? Small[_random.Next(Small.Length)] : Pick();
            var (words, pace) = work == Work.SlowChat ? (_random.Next(100, 220), _random.Next(80, 150)) : (_random.Next(10, 60), _random.Next(20, 80));
            var prompt = WordEngine.Prompt(tag, words, work == Work.Image ? _random.Next(200, 2_500) : pace);
            return work switch
            {
                Work.Chat or Work.SlowChat => new(tag, work, new { kind = "chat", text = prompt, model = WordEngine.ChatModel, options = new { maxTokens = 4_096 } }, WordEngine.Answer(tag, words)),
                Work.Echo => new(tag, work, new { kind = "echo", text = prompt, options = new { count = 1 } }, prompt),
                Work.Summary => new(tag, work, SummaryRequest(tag), summary),
                Work.Image => new(tag, work, new { kind = "image", text = prompt, model = WordEngine.ImageModel, options = new { count = 1 } }, null, WordEngine.Picture(prompt)),
                Work.Onnx => new(tag, work, new { kind = "onnx", text = tag, model = ModelMoves.Adder, fileName = tag, options = new { iterations = 20 } }, null),
                Work.Sysinfo => new(tag, work, new { kind = "sysinfo" }, null),
                _ => throw new InvalidOperationException($"{work} is not made here."),
            };
        }
    }

    private Work Pick()
    {
        var at = _random.Next(Shares.Sum(s => s.Share));
        foreach (var (work, share) in Shares)
        {
            if ((at -= share) < 0)
            {
                return work;
            }
        }

        throw new InvalidOperationException("The shares do not add up.");
    }
}
