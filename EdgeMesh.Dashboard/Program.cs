using EdgeMesh.Dashboard.Hosting;

return await CommandLine.RunAsync(args, async arguments =>
{
    await using var app = DashboardApp.Build(arguments);
    await app.RunDashboardAsync();
});
