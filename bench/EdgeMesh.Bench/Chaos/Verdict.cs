namespace EdgeMesh.Bench.Chaos;

/// <summary>What a run counted.</summary>
internal sealed class Verdict
{
    private readonly SortedDictionary<string, int> _ends = [];
    private readonly List<string> _words = [];

    /// <summary>Jobs by how they ended.</summary>
    public IReadOnlyDictionary<string, int> Ends => _ends;

    /// <summary>What was wrong with which job, in words.</summary>
    public IReadOnlyList<string> Words => _words;

    public int Accepted { get; set; }

    /// <summary>Accepted, and unknown or not ended three minutes after the last fault.</summary>
    public int Lost { get; set; }

    /// <summary>Ended in another way than succeeded, which without faults all do.</summary>
    public int Failed { get; set; }

    /// <summary>Jobs beyond the first of one Idempotency-Key.</summary>
    public int AcceptedTwice { get; set; }

    /// <summary>Ends of a job, task or attempt that were applied again.</summary>
    public int EndedTwice { get; set; }

    public int Texts { get; set; }

    public int WrongTexts { get; set; }

    public int CharsMissing { get; set; }

    public int CharsTooMany { get; set; }

    public int Pictures { get; set; }

    public int WrongPictures { get; set; }

    /// <summary>Jobs whose events somebody read from their start to their end.</summary>
    public int Readers { get; set; }

    /// <summary>Those that had to connect more than once.</summary>
    public int ReadersAgain { get; set; }

    /// <summary>Those that got an event twice, out of order or never, or another text than the job's.</summary>
    public int WrongReaders { get; set; }

    /// <summary>Transfers of models that were accepted.</summary>
    public int Moves { get; set; }

    /// <summary>Those whose model was not on its device three minutes after the last fault.</summary>
    public int MovesLost { get; set; }

    /// <summary>Runs of the engine beyond the first of each request.</summary>
    public int RunAgain { get; set; }

    /// <summary>Attempts that went on with what another one had written.</summary>
    public int WentOn { get; set; }

    /// <summary>Processes that ended without being told to.</summary>
    public int Deaths { get; set; }

    /// <summary>Processes that were left when everything of the run had ended.</summary>
    public int Orphans { get; set; }

    public int SlowStops { get; set; }

    public void End(string state) => _ends[state] = _ends.GetValueOrDefault(state) + 1;

    public void Say(string words) => _words.Add(words);

    /// <summary>The table, and whether everything that must be zero is.</summary>
    public (ImmutableArray<(string What, string Count, bool? IsRight)> Rows, bool IsRight) Table()
    {
        ImmutableArray<(string, string, bool?)> rows =
        [
            ("jobs accepted (202)", $"{Accepted:N0}", null),
            .. Ends.Select(e => ($"of them {e.Key}", $"{e.Value:N0}", (bool?)null)),
            Zero("lost: unknown, or not ended 3 min after the last fault", Lost),
            Zero("ended otherwise than Succeeded", Failed),
            Zero("accepted twice for one Idempotency-Key", AcceptedTwice),
            Zero("ends of jobs, tasks or attempts applied twice", EndedTwice),
            ("texts checked word by word", $"{Texts:N0}", null),
            Zero("texts that were wrong", WrongTexts),
            Zero("characters missing in them", CharsMissing),
            Zero("characters too many in them", CharsTooMany),
            ("pictures checked byte by byte", $"{Pictures:N0}", null),
            Zero("pictures that were wrong or missing", WrongPictures),
            ("event streams read (with more than one connection)", $"{Readers:N0} ({ReadersAgain:N0})", null),
            Zero("of them with an event twice or left out, or another text than the job's", WrongReaders),
            ("transfers of models accepted (202)", $"{Moves:N0}", null),
            Zero("of them not on their device 3 min after the last fault", MovesLost),
            ("requests that an engine ran again", $"{RunAgain:N0}", null),
            ("attempts that went on with a text that had broken off", $"{WentOn:N0}", null),
            Zero("processes that ended by themselves", Deaths),
            Zero("processes that outlived the run", Orphans),
            Zero("orderly stops that took more than 30 s", SlowStops),
        ];
        return (rows, rows.All(r => r.Item3 != false));

        static (string, string, bool?) Zero(string what, int count) => (what, $"{count:N0}", count == 0);
    }
}
