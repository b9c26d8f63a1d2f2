using System.Security.Cryptography;
using System.Text;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using Google.Protobuf;

namespace EdgeMesh.Agent.Tasks.Kept;

/// <summary>The file of one attempt: what it is, and everything that it said. Only ever appended to. Not thread-safe.</summary>
internal sealed class AttemptFile : IDisposable
{
    /// <summary>Ends the name of each.</summary>
    public const string Extension = ".attempt";

    /// <summary>Bytes of one file; what an attempt says beyond that is in memory only, so a restarted agent tells it as lost.</summary>
    public const long Largest = 64L << 20;

    private const int LargestFrame = 1 << 20;
    private readonly TaskRun _run;
    private FileStream? _stream;
    private int _read;

    private AttemptFile(FileStream stream, TaskRun run) => (_stream, _run) = (stream, run);

    /// <summary>Whether nothing more is written: it has ended, or is too large.</summary>
    public bool IsClosed => _stream is null;

    /// <summary>The name for an attempt: nothing of what others chose is in it.</summary>
    public static string NameOf(string caller, TaskRequest task) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{caller}\n{task.JobId}\n{task.TaskId}\n{task.Attempt}")).AsSpan(0, 20)) + Extension;

    /// <exception cref="IOException">Nor can it be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static AttemptFile Create(string path, string caller, TaskRun run)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        AttemptFile file = new(new FileStream(path, options), run);
        try
        {
            var asked = run.Request;
            file.Write(new KeptHeader
            {
                Caller = caller,
                Task = new TaskRequest { JobId = asked.JobId, TaskId = asked.TaskId, Attempt = asked.Attempt, Kind = asked.Kind, RuntimeId = asked.RuntimeId, ModelId = asked.ModelId },
            });
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads an attempt back, ended: as it did, or as lost when it had not. Null when the file is damaged.</summary>
    public static (string Caller, TaskRun Run)? Read(ReadOnlyMemory<byte> bytes, TimeProvider time)
    {
        var (records, isDamaged) = RecordFormat.Read(bytes);
        try
        {
            if (isDamaged || records.Count == 0 || KeptHeader.Parser.ParseFrom(records[0].Span) is not { Task: { } task } header)
            {
                return null;
            }

            TaskRun run = new(task);
            foreach (var update in records.Skip(1).SelectMany(r => TaskFrame.Parser.ParseFrom(r.Span).Updates))
            {
                if (update.UpdateCase is TaskUpdate.UpdateOneofCase.Receipt or TaskUpdate.UpdateOneofCase.Failure)
                {
                    run.End(update, time.GetTimestamp());
                }
                else
                {
                    run.Add(update);
                }
            }

            if (!run.IsOver)
            {
                run.End(new TaskUpdate { Failure = NotEnded(run) }, time.GetTimestamp());
            }

            return (header.Caller, run);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>Writes what was said since the last time; the end is flushed to the disk, and closes the file.</summary>
    /// <exception cref="IOException">The disk is full or gone. Nothing more can be written.</exception>
    public void Append()
    {
        if (_stream is null)
        {
            return;
        }

        var (updates, isOver, _) = _run.Read(_read);
        _read += updates.Count;
        var frame = new TaskFrame();
        foreach (var update in updates.Where(u => u.UpdateCase != TaskUpdate.UpdateOneofCase.Progress))
        {
            frame.Updates.Add(update);
            if (frame.CalculateSize() > LargestFrame)
            {
                Write(frame);
                frame = new TaskFrame();
            }
        }

        if (frame.Updates.Count > 0)
        {
            Write(frame);
        }

        if (isOver)
        {
            _stream?.Flush(flushToDisk: true);
            Dispose();
        }
    }

    public void Dispose()
    {
        _stream?.Dispose();
        _stream = null;
    }

    private static Failure NotEnded(TaskRun run) =>
        new() { Reason = nameof(ReasonCode.Lost), Cause = run.IsStarted ? "The agent was restarted while it worked on this." : "The agent was restarted before it began with this." };

    private void Write(IMessage message)
    {
        if (_stream is null)
        {
            return;
        }

        _stream.Write(RecordFormat.Frame(message.ToByteArray()));
        if (_stream.Length > Largest)
        {
            Dispose();
        }
    }
}
