using EdgeMesh.QaiHub.Http;
using EdgeMesh.QaiHub.Transfers;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Jobs;

/// <inheritdoc/>
internal sealed class HubJobs(HubApi api) : IHubJobs
{
    public async Task<string> CreateAsync(HubJobRequest request, IProgress<HubJobWait>? waiting, CancellationToken cancellationToken)
    {
        var job = JobMessages.Of(request);
        var quick = request is QuantizeRequest ? Polly.ResiliencePipeline.Empty : api.Retries.JobCreation;
        return HubApi.CreatedId(await api.Retries.JobLadder((words, wait) => waiting?.Report(new HubJobWait(words, wait))).ExecuteAsync(
            async token => await api.PostAsync("jobs", job, new Subject("Jobs"), token, quick), cancellationToken));
    }

    public async Task<HubJob> GetAsync(string id, CancellationToken cancellationToken)
    {
        var (job, source) = await api.AskAsync(Path(id), null, Job.Parser, new Subject("Job", id), cancellationToken);
        return JobRecords.Of(job) with { Source = source };
    }

    public async Task<HubPage<HubJob>> ListAsync(JobQuery query, CancellationToken cancellationToken)
    {
        var (list, source) = await api.AskAsync("jobs", Fields(query), JobList.Parser, new Subject("Jobs"), cancellationToken);
        return new HubPage<HubJob>([.. list.Jobs.Where(JobRecords.IsKnown).Select(j => JobRecords.Of(j) with { Source = source })], (long)list.TotalQueryCount) { Source = source };
    }

    public async Task<HubPage<HubJobSummary>> ListSummariesAsync(JobQuery query, CancellationToken cancellationToken)
    {
        var (list, source) = await api.AskAsync("job_summaries", Fields(query), JobSummaryList.Parser, new Subject("Jobs"), cancellationToken);
        return new HubPage<HubJobSummary>([.. list.JobSummaries.Select(JobRecords.Of).OfType<HubJobSummary>()], (long)list.TotalQueryCount) { Source = source };
    }

    public async Task<HubJobResult> GetResultAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            var (result, source) = await api.AskAsync($"{Path(id)}/result", null, JobResult.Parser, new Subject("Job", id), cancellationToken);
            return new HubJobResult(result, source);
        }
        catch (QaiHubException e) when (e.Kind == HubFailure.NotFound)
        {
            throw new QaiHubException(HubFailure.NotReady, $"Job {id} has no result.", "Wait until it is done; a failed job has none.", e) { Status = e.Status };
        }
    }

    public Task RenameAsync(string id, string name, CancellationToken cancellationToken) =>
        api.PatchAsync(Path(id), new JobPublicUpdate { Name = name }, new Subject("Job", id), cancellationToken);

    public async Task<HubFile> GetCompiledModelAsync(string id, CancellationToken cancellationToken) =>
        FileRecords.Of(await api.AskAsync($"{Path(id)}/download_compiled_model", null, FileDownloadURL.Parser, new Subject("Job", id), cancellationToken));

    public async Task<HubFile> GetArtifactAsync(string id, JobArtifactType artifact, int? run, CancellationToken cancellationToken) =>
        FileRecords.Of(await api.AskAsync(
            $"{Path(id)}/device_runs/{(run is { } number ? $"{number}" : "latest")}/artifacts/{(int)artifact}", null, FileDownloadURL.Parser, new Subject("Job", id), cancellationToken));

    public async Task<HubJob> WaitAsync(string id, IProgress<HubJob>? progress, TimeSpan? deadline, CancellationToken cancellationToken)
    {
        var (time, timings) = (api.Transport.Time, api.Transport.Timings);
        var (began, limit) = (time.GetTimestamp(), deadline ?? timings.JobDeadline);
        for (var (heard, state) = (began, JobState.Created); ;)
        {
            try
            {
                var job = await GetAsync(id, cancellationToken);
                (heard, state) = (time.GetTimestamp(), job.State);
                progress?.Report(job);
                if (job.Ended)
                {
                    return job;
                }
            }
            catch (QaiHubException e) when (e.Passing && time.GetElapsedTime(heard) < timings.MostSilence)
            {
                // The job goes on whether we hear of it or not.
            }

            if (time.GetElapsedTime(began) + timings.Poll > limit)
            {
                throw new QaiHubException(HubFailure.JobDeadline, $"Job {id} did not end within {Words(limit)}; it is still \"{state.Title()}\".",
                    "The service ends jobs after 8 hours. Look at it there, or create it again.");
            }

            await Task.Delay(timings.Poll, time, cancellationToken);
        }
    }

    private static string Path(string id) => $"jobs/{HubAddress.Id(id, "job")}";

    private static string Words(TimeSpan limit) => limit.TotalHours >= 1 ? $"{limit.TotalHours:0.#} hours" : $"{limit.TotalMinutes:0.#} minutes";

    private static IEnumerable<(string, string)> Fields(JobQuery query)
    {
        yield return ("offset", $"{query.Offset}");
        yield return ("limit", $"{query.Limit}");
        if (query.Creator is { } creator)
        {
            yield return ("creator", creator);
        }

        if (query.Project is { } project)
        {
            yield return ("project", project);
        }

        if (!query.States.IsDefaultOrEmpty)
        {
            yield return ("state", string.Join(',', query.States.Select(s => (int)s)));
        }

        if (query.Type != JobType.Unspecified)
        {
            yield return ("type", query.Type.ToString().ToLowerInvariant());
        }
    }
}
