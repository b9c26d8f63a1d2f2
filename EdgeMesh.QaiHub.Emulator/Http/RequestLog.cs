using System.Collections.Concurrent;

namespace EdgeMesh.QaiHub.Emulator.Http;

/// <summary>A request as it came. Header values that prove who one is are left out.</summary>
public sealed record SeenRequest(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers);

/// <summary>The last requests, for tests that look at what a client really sends.</summary>
public sealed class RequestLog
{
    private const int Most = 1000;
    private readonly ConcurrentQueue<SeenRequest> _seen = new();

    /// <summary>Oldest first; the newest thousand.</summary>
    public IReadOnlyList<SeenRequest> Seen => [.. _seen];

    internal Task NoteAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        var headers = request.Headers.ToDictionary(
            h => h.Key,
            h => h.Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase) ? h.Value.ToString().Split(' ')[0] + " …" : h.Value.ToString(),
            StringComparer.OrdinalIgnoreCase);
        _seen.Enqueue(new SeenRequest(request.Method, request.Path.Value!, request.QueryString.Value!, headers));
        while (_seen.Count > Most && _seen.TryDequeue(out _))
        {
        }

        return next(context);
    }
}
